import { expect, it } from 'vitest';
import { Device } from '../../../core/contract/document/devices.ts';
import { createProfileBook } from '../../../core/profiles/profile-book.ts';
import { never } from './bench.ts';
import { advert, openInbox } from './inbox-bench.ts';

it('names an encrypted advertiser, and a draft of it has the name of its key', async () => {
  const bench = openInbox();
  await bench.found.start(never);
  const services = new Map([['fcd2', Uint8Array.from(Buffer.from('41A47266C95F730011223378237214', 'hex'))]]);
  bench.advert(advert('54:48:E6:8F:80:A5', { name: '', services }));
  const [row] = bench.found.rows();
  expect(row).toMatchObject({ title: 'BTHome v2', detail: 'BTHome v2, encrypted: needs the device’s key' });
  expect(row?.guesses[0]).toMatchObject({ what: 'BTHome v2 sensor, encrypted', profile: null, confidence: 'likely' });
  const draft = Device.parse({ id: 'a', name: 'A', ...row?.guesses[0]?.draft });
  expect(draft).toMatchObject({ decoder: 'bthome-v2', keySecret: 'bluetooth/5448E68F80A5' });
});

it('is sure of the make of an encrypted advertiser by its name only', async () => {
  const profiles = createProfileBook({ folder: '/nowhere/profiles' });
  const bench = openInbox({ profiles });
  await bench.found.start(never);
  const services = new Map([['fcd2', Uint8Array.from(Buffer.from('41A47266C95F730011223378237214', 'hex'))]]);
  bench.advert(advert('54:48:E6:8F:80:A5', { name: 'SBHT-003C', services }));
  bench.advert(advert('54:48:E6:8F:80:A6', { name: 'Door', services }));
  const [named, other] = bench.found.rows();
  const shelly = { profile: 'shelly-blu-ht', draft: { keySecret: 'bluetooth/5448E68F80A5' } };
  expect(named?.guesses[0]).toMatchObject({ ...shelly, confidence: 'sure' });
  expect(other?.guesses[0]).toMatchObject({ profile: null });
  expect(other?.guesses.find(({ profile }) => profile === 'shelly-blu-ht')).toMatchObject({ confidence: 'maybe' });
});
