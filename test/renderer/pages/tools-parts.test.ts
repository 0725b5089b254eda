import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BusMinuteView, GattTreeView, PortView, ToolLineView } from '../../../core/contract/field-views.ts';
import { RESPONSE_EDGES_MS } from '../../../core/contract/response-edges.ts';
import { bytesOf, hexOf } from '../../../renderer/components/HexText.tsx';
import { byOrder } from '../../../renderer/pages/tools/bluetooth/advert-words.ts';
import { namedRows, newestSaid } from '../../../renderer/pages/tools/bluetooth/gatt-said.ts';
import { budgetWords, classNames, minutesOf } from '../../../renderer/pages/tools/buses/bus-words.ts';
import { FIRST_CHOICE, lineWords, linkOf, settingsOf, withPort } from '../../../renderer/pages/tools/line/line-choice.ts';
import { FIRST_FORM, manualAddress, readOf, valuesOf, wholeOf, whomOf } from '../../../renderer/pages/tools/modbus/ask.ts';
import { isFilter, isTopicName, topicTree, treeRows } from '../../../renderer/pages/tools/mqtt/topic-tree.ts';
import { portMatches, portState } from '../../../renderer/pages/tools/ports/port-state.ts';
import { heardUnits } from '../../../renderer/pages/tools/sniffer/sniffer-units.ts';
import { createScrollback, KEEP_LINES } from '../../../renderer/pages/tools/terminal/scrollback.ts';
import { base64Of, sendBytes } from '../../../renderer/pages/tools/terminal/send-text.ts';
import { adverts, buses, ports } from '../../fakes/fake-field-rows.ts';

const sent = (typed: string, mode: 'text' | 'hex', end: 'none' | 'cr' | 'lf' | 'crlf' = 'none'): string => {
  const made = sendBytes(typed, mode, end);
  return made.ok ? hexOf(made.bytes) : made.fault;
};

describe('what is typed into the terminal', () => {
  it('is UTF-8 text with a line end, and control characters by backslash', () => {
    expect(sent('SI', 'text', 'crlf')).toBe('53 49 0D 0A');
    expect(sent('\\x02Aé\\r\\n\\t\\0\\e\\\\', 'text')).toBe('02 41 C3 A9 0D 0A 09 00 1B 5C');
    expect(sent('', 'text', 'cr')).toBe('0D');
    expect(sent('', 'text')).toBe('empty');
    expect(sent('\\q', 'text')).toBe('escape');
    expect(sent('\\x1', 'text')).toBe('escape');
  });

  it('or hex, however it is separated; the line end is not added', () => {
    expect(sent('02 41,0d', 'hex', 'crlf')).toBe('02 41 0D');
    expect(sent('0x02 0x41', 'hex')).toBe('02 41');
    expect(sent('024', 'hex')).toBe('hex');
    expect(sent('zz', 'hex')).toBe('hex');
    expect(sent('  ', 'hex')).toBe('empty');
  });

  it('is refused beyond what the gateway takes, and never throws', () => {
    expect(sent('a'.repeat(65_536), 'text').slice(0, 5)).toBe('61 61');
    expect(sent('a'.repeat(65_537), 'text')).toBe('long');
    expect(sent('00'.repeat(600_000), 'hex')).toBe('long');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('text', 'hex'), (typed, mode) => {
        const made = sendBytes(typed, mode, 'crlf');
        return !made.ok || made.bytes.length > 0;
      }),
    );
  });

  it('comes back as the same bytes from hex', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        expect(sent(hexOf(bytes), 'hex')).toBe(hexOf(bytes));
        expect(bytesOf(base64Of(bytes))).toEqual(bytes);
      }),
    );
  });
});

const piece = (id: number, bytes: Uint8Array, more: Partial<ToolLineView> = {}): ToolLineView => ({
  id,
  at: id,
  gapUs: 0,
  direction: 'in',
  bytes: base64Of(bytes),
  decoded: '',
  role: 'text',
  unit: null,
  responseMs: null,
  faulty: false,
  ...more,
});
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const textsOf = (back: ReturnType<typeof createScrollback>): string[] => back.lines().map((line) => line.text);

describe('what the terminal shows', () => {
  it('breaks text at line ends of every kind and names control characters', () => {
    const back = createScrollback();
    back.add([piece(1, ascii('a\r\nb\nc\rd\u0002\u007fé\r\n\r\ne'))]);
    expect(textsOf(back)).toEqual(['a', 'b', 'c', 'd<STX><DEL>é', '', 'e']);
  });

  it('shows a mark for every byte that is no text, where it stands', () => {
    const textOf = (...bytes: number[]): string[] => {
      const back = createScrollback();
      back.add([piece(1, Uint8Array.from(bytes))]);
      return textsOf(back);
    };
    const BAD = '\ufffd';
    expect(textOf(0xc3, 0x41, 0xa9)).toEqual([`${BAD}A${BAD}`]); // an é that an A has broken is none
    expect(textOf(0xe2, 0x82, 0x0d, 0x42)).toEqual([BAD, 'B']);
    expect(textOf(0x41, 0xff, 0x03, 0xe2)).toEqual([`A${BAD}<ETX>${BAD}`]);
    // Marks that turn the order of writing, or are not seen at all, are named.
    expect(textOf(...ascii('a\u202eb\u200bc\u0085d'))).toEqual(['a<U+202E>b<U+200B>c<U+0085>d']);
  });

  it('gives the same lines however the bytes are cut into pieces', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b'.repeat(60), '\r', '\n', 'é', '€', '\u0003', ' ', '\u0085'.repeat(9)),
    });
    const garbage = fc.array(fc.constantFrom(0x41, 0x0d, 0x0a, 0xe2, 0x82, 0xac, 0xc3, 0xf0, 0x9f, 0xff, 0xed), {
      maxLength: 400,
    });
    const anything = fc.oneof(
      text.map(ascii),
      garbage.map((bytes) => Uint8Array.from(bytes)),
      fc.uint8Array(),
    );
    fc.assert(
      fc.property(anything, fc.array(fc.nat(5)), fc.constantFrom('text', 'hex'), (bytes, cuts, view) => {
        const one = createScrollback();
        one.show(view);
        if (bytes.length > 0) one.add([piece(1, bytes)]);
        const many = createScrollback();
        many.show(view);
        let at = 0;
        let id = 0;
        for (const cut of [...cuts, bytes.length]) {
          const part = bytes.subarray(at, at + cut);
          at += part.length;
          if (part.length === 0) continue;
          id += 1;
          many.add([piece(id, part)]);
        }
        expect(textsOf(many)).toEqual(textsOf(one));
      }),
    );
  });

  it('keeps directions apart, takes no piece twice, and counts what it missed', () => {
    const back = createScrollback();
    const first = [piece(1, ascii('ab')), piece(2, ascii('x'), { direction: 'out' }), piece(3, ascii('c'))];
    expect(back.add(first)).toBe(true);
    expect(back.add(first)).toBe(false);
    expect(back.lines().map(({ direction, text }) => `${direction} ${text}`)).toEqual(['in ab', 'out x', 'in c']);
    back.add([piece(9, new Uint8Array(), { direction: 'note', decoded: 'The line was lost.' })]);
    expect(back.missed).toBe(5);
    expect(textsOf(back).at(-1)).toBe('The line was lost.');
    back.clear();
    expect(back.lines()).toEqual([]);
    expect(back.add(first)).toBe(false);
  });

  it('shows the same bytes in hex, a new line after a silence', () => {
    const back = createScrollback();
    back.add([piece(1, ascii('AB\r\n')), piece(2, ascii('C'), { gapUs: 100 }), piece(3, ascii('D'), { gapUs: 900_000 })]);
    back.show('hex');
    expect(back.lines().map(({ text, side }) => [text, side])).toEqual([
      ['41 42 0D 0A 43', 'AB··C'],
      ['44', 'D'],
    ]);
  });

  it('forgets the oldest lines and has ids that rise', () => {
    const back = createScrollback();
    for (let id = 1; id <= KEEP_LINES / 50 + 20; id += 1) back.add([piece(id, ascii('x\n'.repeat(50)))]);
    const ids = back.lines().map(({ id }) => id);
    expect(ids).toHaveLength(KEEP_LINES);
    expect(ids.every((id, i) => i === 0 || id > (ids[i - 1] ?? 0))).toBe(true);
  });
});

describe('choosing a line', () => {
  const [free, gone] = ports(0) as [PortView, PortView];

  it('takes the settings with which the port is used now', () => {
    expect(settingsOf('19200 7E2')).toEqual({ baudRate: '19200', dataBits: '7', parity: 'even', stopBits: '2' });
    expect(settingsOf('')).toBeNull();
    const choice = withPort({ ...FIRST_CHOICE, baudRate: '115200' }, { ...free, settings: '' });
    expect(choice).toMatchObject({ port: free.id, baudRate: '115200' });
  });

  it('is a link, or says what is missing', () => {
    expect(linkOf(FIRST_CHOICE, [free])).toEqual({ fault: 'port' });
    expect(linkOf(withPort(FIRST_CHOICE, gone), [free, gone])).toEqual({ fault: 'gone' });
    expect(linkOf({ ...FIRST_CHOICE, kind: 'tcp' }, [])).toEqual({ fault: 'host' });
    expect(linkOf({ ...FIRST_CHOICE, kind: 'tcp', host: 'a', tcpPort: '70000' }, [])).toEqual({ fault: 'tcp-port' });
    expect(linkOf({ ...FIRST_CHOICE, kind: 'rfc2217', host: 'a', tcpPort: '1', baudRate: 'x' }, [])).toEqual({ fault: 'baud' });
    const made = linkOf(withPort(FIRST_CHOICE, { ...free, settings: '19200 8E1' }), [free]);
    expect('link' in made && lineWords(made.link)).toBe('/dev/ttyUSB0, 19200 8E1');
    const tcp = linkOf({ ...FIRST_CHOICE, kind: 'tcp', host: ' 10.0.0.7 ', tcpPort: '4001' }, []);
    expect('link' in tcp && lineWords(tcp.link)).toBe('10.0.0.7:4001');
  });

  it('shows how a port is, and finds it', () => {
    expect(portState(free)).toMatchObject({ tone: 'normal', word: 'Open' });
    expect(portState(gone)).toMatchObject({ tone: 'lost' });
    expect(portState({ ...gone, devices: [] })).toMatchObject({ tone: 'normal' });
    expect(portState({ ...free, holder: { kind: 'tool', name: 'Anna' } })).toMatchObject({ tone: 'check' });
    expect(portMatches(free, 'ftdi')).toBe(true);
    expect(portMatches(free, 'meter')).toBe(true);
    expect(portMatches(free, 'gps')).toBe(false);
  });
});

describe('a question of the Modbus master', () => {
  it('names addresses as manuals do', () => {
    expect(manualAddress('holding', 0)).toBe('40001');
    expect(manualAddress('input', 9998)).toBe('39999');
    expect(manualAddress('coil', 0)).toBe('00001');
    expect(manualAddress('discrete', 16)).toBe('10017');
    expect(manualAddress('coil', 9999)).toBe('010000');
  });

  it('keeps to the limits of the protocol', () => {
    expect(wholeOf('0x10', 0, 65_535)).toBe(16);
    expect(wholeOf('1e3', 0, 65_535)).toBeNull();
    expect(whomOf({ ...FIRST_FORM, unit: '256' })).toEqual({ fault: 'unit' });
    expect(whomOf({ ...FIRST_FORM, timeoutMs: '5' })).toEqual({ fault: 'timeout' });
    expect(readOf({ ...FIRST_FORM, count: '126' })).toEqual({ fault: 'registers' });
    expect(readOf({ ...FIRST_FORM, table: 'coil', count: '2001' })).toEqual({ fault: 'bits' });
    expect(readOf({ ...FIRST_FORM, address: '65535', count: '2' })).toEqual({ fault: 'registers' });
    expect(readOf({ ...FIRST_FORM, address: '0xffff', count: '1' })).toMatchObject({ address: 65_535, count: 1 });
  });

  it('takes values as people write them', () => {
    expect(valuesOf('1, 0x10 -1;65535', 'holding')).toEqual([1, 16, 65_535, 65_535]);
    expect(valuesOf('-32768', 'holding')).toEqual([32_768]);
    for (const wrong of ['-32769', '65536', '', 'x', '-0', Array.from({ length: 124 }, () => '1').join(' ')]) {
      expect(valuesOf(wrong, 'holding')).toBeNull();
    }
    expect(valuesOf('1 0 1', 'coil')).toEqual([1, 0, 1]);
    expect(valuesOf('2', 'coil')).toBeNull();
  });
});

describe('bus health', () => {
  it('has a word for every class of the histogram', () => {
    expect(classNames()).toHaveLength(RESPONSE_EDGES_MS.length + 1);
    expect(classNames().slice(0, 2)).toEqual(['under 1 ms', '1–2 ms']);
    expect(classNames().at(-1)).toBe('over 2 s');
  });

  it('draws a bar for every minute, also where nothing was counted', () => {
    const minute = (at: number, more: Partial<BusMinuteView>): BusMinuteView => ({
      at: at * 60_000,
      requests: 10,
      timeouts: 0,
      crcErrors: 0,
      framingErrors: 0,
      lateAnswers: 0,
      p95Ms: 1,
      ...more,
    });
    const bars = minutesOf([minute(5, { timeouts: 1 }), minute(8, { crcErrors: 2, framingErrors: 1, lateAnswers: 4 })], 5);
    expect(bars.map(({ requests, sum }) => [requests, sum])).toEqual([
      [0, 0],
      [10, 1],
      [0, 0],
      [0, 0],
      [10, 7],
    ]);
    expect(minutesOf([], 5)).toEqual([]);
  });

  it('says the budget also where all fits', () => {
    const [bus] = buses;
    if (!bus) throw new Error('no bus');
    expect(budgetWords(bus)).toBe('This bus needs 1.34 s a round; you asked for 1 s.');
    expect(budgetWords({ ...bus, budget: '', roundMs: 250 })).toContain('It fits');
    expect(budgetWords({ ...bus, budget: '', roundMs: 0 })).toBe('Nothing is polled on this bus.');
  });
});

describe('what the sniffer heard', () => {
  it('is counted by unit, with the median of the times', () => {
    const row = (unit: number | null, role: ToolLineView['role'], responseMs: number | null = null): ToolLineView =>
      piece(1, new Uint8Array(), { unit, role, responseMs });
    expect(
      heardUnits([
        row(9, 'request'),
        row(3, 'request'),
        row(3, 'answer', 10),
        row(3, 'request'),
        row(3, 'answer', 30),
        row(3, 'answer', 20),
        row(null, 'noise'),
      ]),
    ).toEqual([
      { unit: 3, asked: 2, answered: 3, p50Ms: 20 },
      { unit: 9, asked: 1, answered: 0, p50Ms: null },
    ]);
  });
});

describe('what a Bluetooth device says', () => {
  const tree: GattTreeView = {
    address: 'C4:11:22:33:44:55',
    services: ['180f', 'ffe0'].map((uuid) => ({
      uuid,
      name: '',
      characteristics: [{ uuid: '2a19', name: 'Battery Level', flags: ['read'], value: null, words: '' }],
    })),
  };
  const said = (id: number, decoded: string, direction: 'in' | 'out' = 'in'): ToolLineView =>
    piece(id, Uint8Array.of(id), { decoded, direction });

  it('is told apart by service, the newest of each; what was written is not what it says', () => {
    const rows = [said(1, '180f/2a19: battery 80 %'), said(2, 'ffe0/2a19: 7'), said(3, '180f/2a19: 00', 'out')];
    expect([...newestSaid([...rows, said(4, '180f/2a19: battery 79 %')])]).toEqual([
      ['180f/2a19', { value: 'BA==', words: 'battery 79 %' }],
      ['ffe0/2a19', { value: 'Ag==', words: '7' }],
    ]);
    expect(namedRows([...rows, said(5, 'no name')], tree).map(({ decoded }) => decoded)).toEqual([
      'Battery Level: battery 80 %',
      'Battery Level: 7',
      'Battery Level: 00',
      'no name',
    ]);
  });
});

describe('a late answer', () => {
  it('counts neither as an answer nor for the time that answers take', () => {
    const rows = [
      piece(1, ascii(''), { unit: 5, role: 'request' }),
      piece(2, ascii(''), { unit: 5, role: 'late', responseMs: 448 }),
      piece(3, ascii(''), { unit: 5, role: 'request' }),
      piece(4, ascii(''), { unit: 5, role: 'answer', responseMs: 20 }),
    ];
    expect(heardUnits(rows)).toEqual([{ unit: 5, asked: 2, answered: 1, p50Ms: 20 }]);
    expect(heardUnits(rows.slice(0, 2))).toEqual([{ unit: 5, asked: 1, answered: 0, p50Ms: null }]);
  });
});

describe('the tree of topics', () => {
  const level = fc.constantFrom('a', 'b', '', 'line 2', '__proto__');
  const topics = fc.uniqueArray(
    fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/')),
    { maxLength: 30 },
  );

  it('has every topic once, and says how many are below', () => {
    fc.assert(
      fc.property(topics, (all) => {
        const rows = treeRows(topicTree(all), () => true);
        expect(
          rows
            .filter(({ isTopic }) => isTopic)
            .map(({ path }) => path)
            .sort(),
        ).toEqual([...all].sort());
        expect(new Set(rows.map(({ path, depth }) => `${depth} ${path}`)).size).toBe(rows.length);
        for (const { path, below } of rows) expect(below).toBe(all.filter((one) => one.startsWith(`${path}/`)).length);
      }),
    );
  });

  it('shows only what is open', () => {
    const rows = treeRows(topicTree(['plant/line 10/a', 'plant/line 9/a', 'x']), (_path, depth) => depth === 0);
    expect(rows.map(({ path }) => path)).toEqual(['plant', 'plant/line 9', 'plant/line 10', 'x']);
  });

  it('knows a filter from a piece of a topic, and what can be published on', () => {
    expect(isFilter('plant/+/state')).toBe(true);
    expect(isFilter('c++')).toBe(false);
    expect(isTopicName('plant/boiler')).toBe(true);
    for (const wrong of ['', 'a/+', 'a/#', '$SYS/x', 'a/'.repeat(32), 'x'.repeat(257), 'a\0'])
      expect(isTopicName(wrong)).toBe(false);
  });
});

describe('devices that are heard', () => {
  it('do not change places for a few dB', () => {
    const [one] = adverts(0);
    if (!one) throw new Error('no advert');
    const near = { ...one, id: 'B', name: 'b', rssi: -52 };
    const alike = { ...one, id: 'A', name: 'a', rssi: -71 };
    const far = { ...one, id: 'C', name: 'c', rssi: -90, trend: [-90, null, -88] };
    const silent = { ...one, id: 'D', name: 'd', rssi: null, trend: [] };
    expect([silent, far, near, alike].sort(byOrder('signal')).map(({ id }) => id)).toEqual(['A', 'B', 'C', 'D']);
  });
});
