import fc from 'fast-check';
import nmeaSimple from 'nmea-simple';
import { describe, expect, it } from 'vitest';
import { nmeaAdapter } from '../../../../core/adapters/nmea/adapter.ts';
import { decodeSentence } from '../../../../core/adapters/nmea/codec.ts';
import { parseSentence } from '../../../../core/adapters/nmea/sentence.ts';
import { NMEA_VALUES } from '../../../../core/contract/document/devices.ts';
import { createHarness, device, never } from '../harness.ts';

const sum = (body: string): string =>
  [...body]
    .reduce((all, char) => all ^ char.charCodeAt(0), 0)
    .toString(16)
    .toUpperCase()
    .padStart(2, '0');
const say = (body: string): string => `$${body}*${sum(body)}`;
function facts(line: string): Record<string, unknown> {
  const parsed = parseSentence(line, false);
  if (!parsed.ok) throw new Error(parsed.why);
  const entries = Object.entries(decodeSentence(parsed.sentence).facts);
  return Object.fromEntries(entries.map(([name, fact]) => [name, 'value' in fact ? fact.value : `(${fact.missing})`]));
}

describe('a sentence', () => {
  const rmc = say('GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W');
  it('has its sum checked first', () => {
    expect(rmc.endsWith('*6A')).toBe(true);
    expect(parseSentence(rmc.replace('4807', '4907'), false)).toEqual({ ok: false, why: 'the checksum is wrong' });
    expect(parseSentence(rmc.replace('*6A', '*6'), false)).toEqual({ ok: false, why: 'the checksum is wrong' });
  });
  it('needs a sum unless told otherwise', () => {
    expect(parseSentence(rmc.slice(0, -3), false)).toEqual({ ok: false, why: 'the checksum is missing' });
    expect(parseSentence(rmc.slice(0, -3), true)).toMatchObject({ ok: true, sentence: { talker: 'GP', type: 'RMC' } });
  });
  it('is found behind the rest of another', () => expect(parseSentence(`$GPGGA,12${rmc}`, false)).toMatchObject({ ok: true }));
  it.each(['GN', 'GL', 'GA', 'BD', 'QZ'])('may come from talker %s', (talker) => {
    expect(parseSentence(say(`${talker}GLL,4916.45,N,12311.12,W,225444,A`), false)).toMatchObject({
      ok: true,
      sentence: { talker, type: 'GLL' },
    });
  });
  it('may be a maker’s own', () =>
    expect(parseSentence(say('PMTK001,604,3'), false)).toMatchObject({ ok: true, sentence: { talker: 'P' } }));
  it('with encapsulated data (!) is another type than the one with $', () => {
    const parsed = parseSentence(rmc.replace('$', '!'), false);
    expect(parsed.ok && parsed.sentence.type).toBe('!RMC');
    expect(parsed.ok && decodeSentence(parsed.sentence)).toEqual(
      parsed.ok && decodeSentence({ ...parsed.sentence, type: 'XYZ' }),
    );
  });
  it('is never made of noise, and nothing throws', () => {
    const property = fc.property(fc.string({ maxLength: 90 }), fc.boolean(), (noise, missing) => {
      const parsed = parseSentence(noise, missing);
      if (parsed.ok) decodeSentence(parsed.sentence);
    });
    fc.assert(property);
    const damaged = fc.property(fc.nat({ max: rmc.length - 1 }), fc.integer({ min: 1, max: 127 }), (at, flip) => {
      const bytes = Buffer.from(rmc);
      bytes[at] = (bytes[at] ?? 0) ^ flip;
      const parsed = parseSentence(bytes.toString('latin1'), false);
      // a letter of the sum itself may change its case: that is the same sum
      if (parsed.ok && !parsed.sentence.type.startsWith('!')) expect(bytes.toString('latin1').toUpperCase()).toBe(rmc);
    });
    fc.assert(damaged, { numRuns: 500 });
  });
  it('of any type with any fields is decoded without a throw', () => {
    const field = fc.oneof(
      fc.constant(''),
      fc.constantFrom('A', 'N', 'E', 'T', '4807.038', '123519', '9'.repeat(30), '-'),
      fc.string({ maxLength: 8 }),
    );
    const property = fc.property(
      fc.constantFrom('RMC', 'GGA', 'GSA', 'GSV', 'VTG', 'ZDA', 'GLL', 'XXX'),
      fc.array(field, { maxLength: 20 }),
      (type, fields) => {
        for (const fact of Object.values(decodeSentence({ talker: 'GP', type, fields }).facts)) {
          if ('value' in fact && typeof fact.value === 'number') expect(Number.isFinite(fact.value)).toBe(true);
        }
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });
});

describe('what sentences say', () => {
  it.each([
    [
      'RMC',
      'GPRMC,123519.25,A,4807.038,N,01131.000,E,022.4,084.4,230326,,,A',
      { latitude: 48.1173, longitude: 11.51666667, speed: 22.4, course: 84.4, time: '2026-03-23T12:35:19.250Z' },
    ],
    [
      'RMC in the south and west',
      'GNRMC,000000,A,3351.000,S,15112.600,W,0.0,,010126,,',
      {
        latitude: -33.85,
        longitude: -151.21,
        speed: 0,
        course: '(the receiver left it empty)',
        time: '2026-01-01T00:00:00.000Z',
      },
    ],
    [
      'RMC without a fix',
      'GPRMC,000519,V,,,,,,,060180,,',
      {
        latitude: '(no position fix)',
        longitude: '(no position fix)',
        speed: '(no position fix)',
        course: '(no position fix)',
        time: '2080-01-06T00:05:19.000Z',
      },
    ],
    [
      'GGA',
      'GPGGA,123519,4807.038,N,01131.000,E,2,08,0.9,545.4,M,46.9,M,,',
      { latitude: 48.1173, longitude: 11.51666667, altitude: 545.4, fix: 'dgps', satellites: 8, hdop: 0.9 },
    ],
    [
      'GGA without a fix',
      'GPGGA,123519,,,,,0,00,99.9,,M,,M,,',
      {
        latitude: '(no position fix)',
        longitude: '(no position fix)',
        altitude: '(no position fix)',
        fix: 'none',
        satellites: 0,
        hdop: 99.9,
      },
    ],
    ['GSA', 'GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1', { fix: '3d', pdop: 2.5, hdop: 1.3, vdop: 2.1 }],
    ['VTG', 'GPVTG,054.7,T,034.4,M,005.5,N,010.2,K', { course: 54.7, speed: 5.5 }],
    ['VTG without a fix', 'GPVTG,,T,,M,,N,,K,N', { course: '(no position fix)', speed: '(no position fix)' }],
    ['ZDA', 'GPZDA,201530.00,04,07,2026,00,00', { time: '2026-07-04T20:15:30.000Z' }],
    ['ZDA with a leap second', 'GPZDA,235960.00,31,12,2026,00,00', { time: '2027-01-01T00:00:00.000Z' }],
    ['ZDA with a day that is none', 'GPZDA,201530.00,31,02,2026,00,00', { time: '(not a sound date and time)' }],
    ['GLL', 'GPGLL,4916.45,N,12311.12,W,225444,A', { latitude: 49.27416667, longitude: -123.18533333 }],
    ['GLL without a fix', 'GPGLL,,,,,225444,V', { latitude: '(no position fix)', longitude: '(no position fix)' }],
    [
      'a position that is none',
      'GPGLL,9916.45,N,12361.12,W,225444,A',
      { latitude: '("9916.45" is not a position)', longitude: '("12361.12" is not a position)' },
    ],
    ['GSV', 'GPGSV,2,1,08,01,40,083,46', {}],
  ])('%s', (_name, body, wanted) => expect(facts(say(body))).toEqual(wanted));

  it('is what another implementation wrote', () => {
    const property = fc.property(
      fc.double({ min: -89, max: 89, noNaN: true }),
      fc.double({ min: -179, max: 179, noNaN: true }),
      (latitude, longitude) => {
        const line = nmeaSimple.encodeNmeaPacket(
          {
            sentenceId: 'GGA',
            time: new Date(0),
            latitude,
            longitude,
            fixType: 'rtk',
            satellitesInView: 7,
            horizontalDilution: 1.5,
            altitudeMeters: 12.5,
            geoidalSeperation: 1,
          },
          'GN',
        );
        const said = facts(line);
        expect(said).toMatchObject({ fix: 'rtk', satellites: 7, hdop: 1.5, altitude: 12.5 });
        expect(said['latitude']).toBeCloseTo(latitude, 6);
        expect(said['longitude']).toBeCloseTo(longitude, 6);
      },
    );
    fc.assert(property, { numRuns: 100 });
  });
});

describe('a receiver', () => {
  const points = NMEA_VALUES.map((value) => ({ name: value, value, ...(value === 'speed' ? { unit: 'km/h' } : {}) }));
  async function open(more: Record<string, unknown> = {}) {
    const harness = createHarness();
    const config = device({ adapter: 'nmea', link: { kind: 'simulated', model: 'gps-receiver' }, points, ...more });
    const session = await nmeaAdapter.open(config, harness.context, never);
    const hear = (...bodies: string[]) => harness.links.opened[0]?.hear(bodies.map((body) => `${say(body)}\r\n`).join(''));
    return { ...harness, session, hear };
  }
  const burst = (second: string) => [
    `GNRMC,1200${second}.00,A,4807.038,N,01131.000,E,10,084.4,230326,,,A`,
    `GNGGA,1200${second}.00,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,`,
    'GNGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1',
    'GPGSV,1,1,01,01,40,083,46',
  ];

  it('gives one batch per burst', async () => {
    const { hear, batches, clock, last } = await open();
    hear(...burst('01'));
    expect(batches).toEqual([]);
    await clock.advance(60);
    expect(batches).toHaveLength(1);
    expect(last()).toEqual({
      latitude: 48.1173,
      longitude: 11.51666667,
      speed: 18.52,
      course: 84.4,
      altitude: 545.4,
      satellites: 8,
      fix: '3d',
      hdop: 1.3,
      vdop: 2.1,
      pdop: 2.5,
      'satellites-in-view': 1,
      'snr-best': 46,
      time: '2026-03-23T12:00:01.000Z',
    });
  });
  it('says the best fix where each system has a GSA of its own', async () => {
    const { hear, clock, last } = await open();
    hear('GNGSA,A,3,04,05,,,,,,,,,,,2.5,1.3,2.1,1', 'GNGSA,A,1,,,,,,,,,,,,,2.5,1.3,2.1,2');
    await clock.advance(60);
    expect(last()).toMatchObject({ fix: '3d', vdop: 2.1 });
  });
  it('joins satellites in view of several sentences, systems and signals', async () => {
    const { hear, clock, last } = await open();
    hear(
      'GPGSV,2,1,05,01,40,083,46,02,17,308,41,12,07,344,39,14,22,228,',
      'GPGSV,2,2,05,24,10,100,50',
      'GLGSV,1,1,02,65,40,083,30,66,17,308,',
      'GPGSV,1,1,02,01,40,083,20,02,17,308,21,6',
    );
    await clock.advance(60);
    expect(last()).toEqual({ 'satellites-in-view': 7, 'snr-best': 50 });
  });
  it('joins a row in which the signals are mixed (Quectel)', async () => {
    const { hear, clock, last } = await open();
    hear('GPGSV,2,1,03,01,38,160,38,03,80,057,20,1', 'GPGSV,2,2,03,01,38,160,41,8');
    await clock.advance(60);
    expect(last()).toEqual({ 'satellites-in-view': 2, 'snr-best': 41 });
  });
  it('says nothing of the sky when a sentence of the row is missing', async () => {
    const { hear, clock, batches } = await open();
    hear('GPGSV,3,1,09,01,40,083,46', 'GPGSV,3,3,09,24,10,100,50', 'GPGSV,3,2,09,12,07,344,39', 'GPGSV,0,1,09', 'GPGSV,,');
    await clock.advance(60);
    expect(batches).toEqual([]);
  });
  it('forgets a system that is heard no more', async () => {
    const { hear, clock, last } = await open({ staleAfterMs: 60_000 });
    hear('GLGSV,1,1,01,65,40,083,30');
    await clock.advance(31_000);
    hear('GPGSV,1,1,01,01,40,083,');
    await clock.advance(60);
    expect(last()).toEqual({ 'satellites-in-view': 1, 'snr-best': null });
  });
  it('begins a new batch with a new second, even without a pause', async () => {
    const { hear, batches, clock } = await open();
    hear(...burst('01'), ...burst('02'));
    await clock.advance(60);
    expect(batches).toHaveLength(2);
  });
  it('without a fix gives bad readings with the reason', async () => {
    const { hear, batches, clock } = await open();
    hear('GPRMC,120001,V,,,,,,,230326,,', 'GPGGA,120001,,,,,0,00,,,M,,M,,');
    await clock.advance(60);
    const latitude = batches[0]?.readings.find(({ point }) => point === 'latitude');
    expect(latitude).toEqual({ point: 'latitude', value: null, quality: 'bad', note: 'no position fix' });
  });
  it('counts noise as bad frames and ignores sentences that are not known', async () => {
    const { links, hear, faults, batches, clock } = await open();
    links.opened[0]?.hear('$GPRMC,1234*00\r\n\xff\xfe\r\n');
    hear('GPXTE,A,A,0.67,L,N', 'PMTK001,604,3');
    await clock.advance(60);
    expect(faults).toEqual(['adapter/bad-frame', 'adapter/bad-frame']);
    expect(batches).toEqual([]);
  });
  it('of which nothing can be read is not called silent', async () => {
    const { links, faults, clock, session } = await open({ staleAfterMs: 3000 });
    for (let i = 0; i < 6; i += 1) {
      links.opened[0]?.hear('\xff'.repeat(50)); // another baud rate: no line ends at all
      await clock.advance(1000);
    }
    expect([...new Set(faults)]).toEqual(['adapter/bad-frame']);
    await session.close();
  });
  it('that falls silent is a fault, again and again', async () => {
    const { hear, faults, clock, session } = await open({ staleAfterMs: 3000 });
    hear(...burst('01'));
    await clock.advance(2900);
    expect(faults).toEqual([]);
    await clock.advance(3200);
    expect(faults).toEqual(['adapter/silent', 'adapter/silent']);
    await session.close();
    expect(clock.pending).toBe(0);
  });
});
