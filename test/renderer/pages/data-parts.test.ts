import { describe, expect, it } from 'vitest';
import { payloadOf } from '../../../renderer/components/payload-text.ts';
import { summaryOf } from '../../../renderer/pages/data/CertificateDocument.tsx';
import { fuelSentence } from '../../../renderer/pages/data/FuelSheet.tsx';
import { fuelOf } from '../../../renderer/pages/data/fuel.ts';
import { editableOf, payloadFault, topicFault, topicHint } from '../../../renderer/pages/data/letter-edit.ts';
import { consequenceOf, hoursOf, rateOf, readFields, takenIn, typedBytes, typedOf } from '../../../renderer/pages/data/limits.ts';
import { nextWords, whyWaiting } from '../../../renderer/pages/data/why-waiting.ts';
import { createFakeOutbox } from '../../fakes/fake-outbox.ts';
import type { Scene } from '../../fakes/fake-outbox-rows.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

function scene(name: Scene) {
  const clock = createManualClock();
  const { rows } = createFakeOutbox({ clock, note: () => {} }, name);
  const storage = rows.storage()[0];
  if (!storage) throw new Error('no storage row');
  return { storage, streams: rows.outbox(), certificates: rows.certificates(), now: clock.now() };
}

describe('the fuel gauge', () => {
  it.each<[Scene, string, string]>([
    ['calm', 'normal', 'At today’s rate this gateway can be offline for 2 days'],
    ['offline', 'normal', 'At today’s rate this gateway can stay offline for 43 hours more'],
    ['nearly-full', 'warn', 'At today’s rate this gateway can stay offline for 4 hours more'],
    ['full', 'fault', 'Without the cloud, messages are dropped or refused from now on'],
    ['empty', 'normal', 'Not enough was seen yet to say how long this gateway can be offline'],
  ])('%s is %s: %s', (name, tone, sentence) => {
    const { storage, streams } = scene(name);
    expect(fuelOf(storage, streams).tone).toBe(tone);
    expect(fuelSentence(storage)).toBe(sentence);
  });

  it('goes down with the nearest limit, be it of one stream, of the whole, or of the disk', () => {
    const { storage, streams } = scene('calm');
    const [first, ...others] = streams;
    if (!first) throw new Error('no stream');
    const one = fuelOf(storage, [{ ...first, usedPercent: 90 }, ...others]);
    expect(one.left).toBeCloseTo(0.1);
    expect(one.stream?.id).toBe(first.id);
    const whole = fuelOf({ ...storage, bytes: 6e9, limits: { bytes: 8e9, messages: null, ageMs: null } }, streams);
    expect(whole.left).toBeCloseTo(0.25);
    expect(whole.stream).toBeNull();
    const disk = { ...storage.disk, freeBytes: storage.disk.roomBytes + 1e9 };
    expect(fuelOf({ ...storage, bytes: 9e9, limits: { bytes: null, messages: null, ageMs: null }, disk }, streams).tone).toBe(
      'warn',
    );
    expect(fuelOf({ ...storage, disk: { ...storage.disk, short: true } }, streams)).toMatchObject({ left: 0, tone: 'fault' });
  });

  it('knows age from size: what is too old is dropped whatever the policy', () => {
    const { storage, streams } = scene('calm');
    const [first, ...others] = streams;
    if (!first) throw new Error('no stream');
    const limits = { messages: null, bytes: 1000, ageMs: 1000 };
    const full = { ...first, usedPercent: 100, limits };
    expect(fuelOf(storage, [{ ...full, bytes: 10, oldestAgeMs: 1000 }, ...others])).toMatchObject({ tone: 'fault', byAge: true });
    expect(fuelOf(storage, [{ ...full, bytes: 1000, oldestAgeMs: 1000 }, ...others]).byAge).toBe(false);
    const whole = { ...storage, limits: { messages: null, bytes: null, ageMs: 5000 } };
    expect(fuelOf(whole, [{ ...first, oldestAgeMs: 5000 }])).toMatchObject({ tone: 'fault', stream: null, byAge: true });
    expect(fuelOf({ ...whole, disk: { ...storage.disk, short: true } }, [{ ...first, oldestAgeMs: 5000 }]).byAge).toBe(false);
  });

  it('counts what is left, not what there is, while messages wait for a line', () => {
    const { storage } = scene('calm');
    const [line] = storage.destinations;
    if (!line) throw new Error('no destination');
    expect(fuelSentence({ ...storage, destinations: [{ ...line, state: 'not-configured' }] })).toContain('can stay offline');
  });

  it('says nothing of limits before a minute was seen', () => {
    const { storage } = scene('calm');
    const early = { ...storage.fuel, hours: null, limitedBy: 'none' as const };
    expect(fuelSentence({ ...storage, fuel: { ...early, overHours: 0.01 } })).toContain('Not enough was seen yet');
    expect(fuelSentence({ ...storage, fuel: { ...early, overHours: 0.02 } })).toContain('nothing limits');
  });

  it('says that nothing limits it where that is so', () => {
    const { storage } = scene('calm');
    expect(fuelSentence({ ...storage, fuel: { ...storage.fuel, hours: null, limitedBy: 'none' } })).toContain('nothing limits');
  });
});

describe('limits as they are typed', () => {
  const typed = (hours: string, bytes = '', messages = '') => readFields({ hours, bytes, messages });

  it('takes comma and point, blanks, and nothing', () => {
    expect(typed('1,5', '2 000', '10 000')).toEqual({
      hours: { value: 1.5 },
      bytes: { value: 2_000_000_000 },
      messages: { value: 10_000 },
    });
    expect(typed('', ' ')).toEqual({ hours: { value: null }, bytes: { value: null }, messages: { value: null } });
    expect(typed('.5').hours.value).toBe(0.5);
  });

  it('takes numbers as the console shows them, with commas between thousands', () => {
    expect(typed('87,600', '1,270.08', '2,000,000')).toEqual({
      hours: { value: 87_600 },
      bytes: { value: 1_270_080_000 },
      messages: { value: 2_000_000 },
    });
    expect(typed('0,125').hours.value).toBe(0.125);
    expect(typed('', '', '10,000').messages.value).toBe(10_000);
    expect(typed('', '', '10,00,0').messages.error).toContain('whole number');
  });

  it.each([
    ['soon', '', '', 'hours', 'Enter hours as a number'],
    ['-3', '', '', 'hours', 'Enter hours as a number'],
    ['0', '', '', 'hours', 'At least 0.001 hours'],
    ['87601', '', '', 'hours', 'ten years'],
    ['1e3', '', '', 'hours', 'Enter hours as a number'],
    ['', '2GB', '', 'bytes', 'Enter megabytes as a number'],
    ['', '0.001', '', 'bytes', 'At least'],
    ['', '', '1.5', 'messages', 'whole number'],
    ['', '', '0', 'messages', 'At least 1'],
  ] as const)('refuses "%s" / "%s" / "%s" at %s: %s', (hours, bytes, messages, field, words) => {
    expect(typed(hours, bytes, messages)[field].error).toContain(words);
  });

  it('shows the limits of now, and reads them back', () => {
    const fields = typedOf({ ageMs: 168 * 3_600_000, bytes: 2_000_000_000, messages: 5 });
    expect(fields).toEqual({ hours: '168', bytes: '2000', messages: '5' });
    expect(readFields(fields).bytes.value).toBe(2_000_000_000);
    expect(typedOf({ ageMs: null, bytes: 8_589_934_592, messages: null })).toEqual({
      hours: '',
      bytes: '8589.935',
      messages: '',
    });
  });

  it('turns hours into bytes and back at the rate of the last day', () => {
    const rate = { messagesPerHour: 3600, bytesPerHour: 720_000 };
    expect(takenIn(168, rate)).toEqual({ bytes: 120_960_000, messages: 604_800 });
    expect(hoursOf(120_960_000, rate.bytesPerHour)).toBe(168);
    expect(hoursOf(1, 0)).toBeNull();
    expect(Number(typedBytes(120_960_001)) * 1_000_000).toBeGreaterThanOrEqual(120_960_001);
  });

  it('adds the rates of all streams', () => {
    const { streams } = scene('calm');
    expect(rateOf(streams)?.messagesPerHour).toBeCloseTo(46_800);
    expect(rateOf(scene('empty').streams)).toBeNull();
  });

  it('counts what a message takes on the disk beside its payload', () => {
    const { disk } = scene('calm').storage;
    const small = { messagesPerHour: 100, bytesPerHour: 10_000 };
    const tight = { ...disk, freeBytes: disk.roomBytes + 2_000_000 };
    const nothing = { count: 0, bytes: 0, oldestAgeMs: null };
    const kept = { hours: null, bytes: 1_000_000, messages: null };
    expect(consequenceOf(kept, nothing, small, tight).disk).toEqual({ needs: 3_000_000, room: 2_000_000 });
    expect(consequenceOf(kept, nothing, null, tight).disk).toBeNull();
  });

  describe('what they would mean', () => {
    const now = { count: 1000, bytes: 200_000, oldestAgeMs: 7_200_000 };
    const rate = { messagesPerHour: 100, bytesPerHour: 20_000_000 };
    const { disk } = scene('calm').storage;

    it.each([
      [{ hours: 100, bytes: null, messages: null }, false],
      [{ hours: 1000, bytes: null, messages: null }, true],
      [{ hours: 1000, bytes: 1_000_000_000, messages: null }, false],
      [{ hours: null, bytes: 40_000_000_000, messages: null }, true],
      [{ hours: null, bytes: null, messages: null }, false],
    ])('%o: the disk is too small: %s', (kept, isShort) => {
      expect(consequenceOf(kept, now, rate, disk).disk !== null).toBe(isShort);
    });

    it('says how much of what waits is over them', () => {
      expect(consequenceOf({ hours: null, bytes: 100_000, messages: null }, now, rate, disk).over).toBe(500);
      expect(consequenceOf({ hours: null, bytes: null, messages: 400 }, now, rate, disk).over).toBe(600);
      expect(consequenceOf({ hours: 1, bytes: null, messages: null }, now, rate, disk)).toMatchObject({ over: 0, overAge: true });
      expect(consequenceOf({ hours: 3, bytes: 200_000, messages: 1000 }, now, null, disk)).toEqual({
        disk: null,
        over: 0,
        overAge: false,
      });
    });

    it('says nothing of a disk that it does not know', () => {
      const unknown = { ...disk, freeBytes: null };
      expect(consequenceOf({ hours: null, bytes: 1e15, messages: null }, now, rate, unknown).disk).toBeNull();
    });
  });
});

describe('why messages wait', () => {
  const { storage, now } = scene('calm');
  const [line] = storage.destinations;
  if (!line) throw new Error('no destination');
  it.each([
    ['is lost since', storage, { ...line, state: 'offline' as const, since: now - 7_200_000 }],
    ['being set up', storage, { ...line, state: 'connecting' as const }],
    ['No cloud is set up', storage, undefined],
    ['No cloud is set up', storage, { ...line, state: 'not-configured' as const }],
    ['limited to 100 messages/s, 512 kB/s', storage, { ...line, rate: { messagesPerS: 100, bytesPerS: 512_000, holding: true } }],
    ['limited to 2 messages/s.', storage, { ...line, rate: { messagesPerS: 2, bytesPerS: null, holding: true } }],
    ['64 messages are on the way', storage, { ...line, rate: null, inFlight: 64, window: 64 }],
    ['are being sent', storage, line],
    [
      'being salvaged',
      { ...storage, salvage: { state: 'running' as const, file: 'x', at: now, salvaged: 1, lost: 0, exact: true } },
      line,
    ],
  ])('%s', (words, row, destination) => {
    expect(whyWaiting(row, destination, now)).toContain(words);
  });

  it.each([
    ['sent at once', line],
    ['kept until', { ...line, state: 'offline' as const }],
    ['kept until', { ...line, state: 'connecting' as const }],
    ['kept until', undefined],
  ])('what comes next is %s', (words, destination) => {
    expect(nextWords(destination)).toContain(words);
  });
});

describe('editing a refused message', () => {
  it.each([
    ['alarms/cold-store', null],
    ['', 'Enter a topic'],
    ['a/+/b', 'no “+”'],
    ['a/#', 'no “#”'],
    ['ä'.repeat(129), 'more than 256 bytes'],
    ['a\u0000b', 'not allowed'],
    ['a/'.repeat(32), '31 “/”'],
  ])('the topic "%s": %s', (topic, words) => {
    if (words === null) expect(topicFault(topic)).toBeNull();
    else expect(topicFault(topic)).toContain(words);
  });

  it('warns of what AWS IoT would refuse, but lets it pass', () => {
    expect(topicHint('a/b/c/d/e/f/g/h/i')).toContain('AWS IoT');
    expect(topicHint('a/b')).toBe('');
  });

  it('knows JSON, text and bytes apart', () => {
    expect(editableOf(payloadOf('{"a":1}'))).toEqual({ words: '{"a":1}', isText: true, isJson: true });
    expect(editableOf(payloadOf('21.5 °C'))).toMatchObject({ words: '21.5 °C', isText: true, isJson: false });
    expect(editableOf('//79')).toMatchObject({ isText: false });
    expect(editableOf(payloadOf('a\u0000b')).isText).toBe(false);
    expect(editableOf('')).toEqual({ words: '', isText: true, isJson: false });
  });

  it('keeps JSON what was JSON', () => {
    expect(payloadFault('{"a":', true)).toContain('not JSON any more: something is missing at its end');
    expect(payloadFault('{"a":', false)).toBeNull();
    expect(payloadFault('{"a":2}', true)).toBeNull();
    expect(payloadFault('x'.repeat(1_048_577), false)).toContain('1 MB');
  });

  it.each([
    ['{"a": }', 'line 1, column 7'],
    ['{\n  "a": 1,\n  "b": tru }', 'line 3, column 11'],
    ['{"a": 1} {', 'line 1, column 10'],
    [`[${'0,'.repeat(5000)}\n"x" "y"]`, 'line 2, column 5'],
    ['{"a": "\n"}', 'line 1, column 8'],
    ["{'a': 1}", 'line 1, column 2'],
    ['{"a": [1, 2', 'something is missing at its end'],
    ['"abc', 'something is missing at its end'],
  ])('says where %j breaks', (words, place) => {
    expect(payloadFault(words, true)).toContain(place);
  });
});

describe('the summary of a certificate', () => {
  const { certificates } = scene('offline');
  const of = (id: string) => {
    const row = certificates.find((one) => one.id === id);
    if (!row) throw new Error(id);
    return row;
  };
  it('says what became of all messages', () => {
    expect(summaryOf(of('gatehouse-demo-3'))).toBe('All 9,004 messages were delivered.');
    expect(summaryOf(of('gatehouse-demo-2'))).toBe(
      '718,702 of 720,000 messages were delivered; 1,286 were dropped by policy and 12 were refused by the far end.',
    );
    expect(summaryOf({ ...of('gatehouse-demo-3'), balanced: false })).toContain('do not add up');
    expect(summaryOf(of('gatehouse-demo-4'))).toContain('0 messages are delivered so far');
    expect(summaryOf({ ...of('gatehouse-demo-3'), delivered: 9000, waitingAfter: 4 })).toBe(
      '9,000 of 9,004 messages were delivered; nothing was dropped or refused. 4 waited on at its end, among newer ones.',
    );
  });
});
