import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { byteSize, counted, duration } from '../../../core/base/words.ts';
import { payloadText } from '../../../core/cli/commands/streams.ts';
import { idsOrAll, parseBytes, parseLimit, parseNumber } from '../../../core/cli/numbers.ts';
import { printable, table } from '../../../core/cli/output.ts';
import { parseStartOptions } from '../../../core/cli/start-options.ts';
import { createTail } from '../../../core/cli/tail.ts';
import { defaultDataDir } from '../../../core/config/paths.ts';

const rows = (...ids: number[]) => ids.map((id) => ({ id }));
const idsOf = (list: { id: number }[]): number[] => list.map(({ id }) => id);

describe('tail', () => {
  it('shows each row once, whatever is repeated after a lost connection', () => {
    const tail = createTail(2);
    expect(idsOf(tail({ kind: 'snapshot', items: rows(3, 1, 2) }))).toEqual([2, 3]);
    expect(idsOf(tail({ kind: 'patch', set: rows(4, 5) }))).toEqual([4, 5]);
    expect(tail({ kind: 'offline' })).toEqual([]);
    expect(idsOf(tail({ kind: 'snapshot', items: rows(4, 5, 6) }))).toEqual([6]);
  });

  it('sees that the gateway was restarted when the numbers begin anew', () => {
    const tail = createTail(0);
    expect(tail({ kind: 'snapshot', items: rows(50) })).toEqual([]);
    expect(idsOf(tail({ kind: 'snapshot', items: rows(1, 2) }))).toEqual([1, 2]);
    expect(idsOf(tail({ kind: 'patch', set: rows(3) }))).toEqual([3]);
  });

  it('begins with what comes when there was nothing', () => {
    const tail = createTail(0);
    expect(tail({ kind: 'snapshot', items: [] })).toEqual([]);
    expect(idsOf(tail({ kind: 'patch', set: rows(1) }))).toEqual([1]);
  });
});

describe('output', () => {
  it('says durations in the two largest units', () => {
    expect([0, 999, 61_000, 3_600_000, 93_784_000].map(duration)).toEqual(['0 s', '0 s', '1 min 1 s', '1 h', '1 d 2 h']);
  });

  it('says sizes and counts as a person would', () => {
    expect([0, 999, 1000, 1_460_000, 200e6, 8_589_934_592].map(byteSize)).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '1.5 MB',
      '200 MB',
      '8.6 GB',
    ]);
    expect([counted(1, 'message'), counted(0, 'message')]).toEqual(['1 message', '0 messages']);
  });

  it('aligns columns', () => {
    expect(
      table(
        ['A', 'BB'],
        [
          ['long', 'x'],
          ['s', ''],
        ],
      ),
    ).toEqual(['A     BB', 'long  x', 's']);
  });

  it('lets no control character through to the terminal', () => {
    expect(printable('a\u001b[2Jb\u009bc\td\u0007')).toBe('a\\x1b[2Jb\\x9bc\td\\x07');
  });

  it('shows payloads as text where they are that, else as hex', () => {
    expect(payloadText(Buffer.from('{"é":1}'))).toBe('{"é":1}');
    expect(payloadText(Buffer.from([0xff, 0xfe]))).toBe('0xfffe');
    expect(payloadText(Buffer.from('\u001b[2J'))).toBe('0x1b5b324a');
  });
});

describe('what is given as a number', () => {
  it.each([
    ['1048576', 1_048_576],
    ['2GB', 2e9],
    ['1.5 mb', 1_500_000],
    ['10 B', 10],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseBytes('--bytes', text)).toBe(bytes);
  });

  it('is refused where it is none', () => {
    for (const text of ['', 'GB', '2XB', '-1', '1e9', '2 GB or so'])
      expect(() => parseBytes('--bytes', text)).toThrow(/--bytes must be a size/);
    for (const text of ['', 'x', '-1', 'Infinity'])
      expect(() => parseNumber('--hours', text)).toThrow(/--hours must be a number/);
    expect(parseLimit('--hours', 'None', parseNumber)).toBeNull();
    expect(parseLimit('--hours', '0.5', parseNumber)).toBe(0.5);
  });

  it('means all only where that is said', () => {
    expect(idsOrAll(['2', 1, '2'], false)).toEqual([2, 1]);
    expect(idsOrAll([], true)).toBeNull();
    expect(() => idsOrAll([], false)).toThrow('--all');
    expect(() => idsOrAll(['1'], true)).toThrow('not both');
    for (const wrong of ['0', '-1', '1.5', 'x', '']) expect(() => idsOrAll([wrong], false)).toThrow('not the number');
  });
});

describe('start options', () => {
  it('have defaults, and take what is given', async () => {
    expect(await parseStartOptions(['--data', 'x'], 'npm start --')).toEqual({
      data: resolve('x'),
      headless: false,
      kiosk: false,
      demo: true,
    });
    const given = ['--data', '/d', '--document', 's.yaml', '--port', '0', '--mqtt-port=1', '--headless', '--no-demo'];
    expect(await parseStartOptions(given, 'npm start --')).toEqual({
      data: '/d',
      document: resolve('s.yaml'),
      port: 0,
      mqttPort: 1,
      headless: true,
      kiosk: false,
      demo: false,
    });
  });

  it('print help or the mistake, and give the exit code', async () => {
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      expect(await parseStartOptions(['--help'], 'npm start --')).toEqual({ exitCode: 0 });
      expect(out.mock.calls.join('')).toContain('--mqtt-port');
      for (const wrong of [['--port', 'x'], ['--bogus'], ['--data', 'a', '--data', 'b'], ['extra'], ['--document=']])
        expect(await parseStartOptions(wrong, 'npm start --')).toEqual({ exitCode: 2 });
      expect(err.mock.calls.join('')).toContain('--port must be a whole number');
    } finally {
      out.mockRestore();
      err.mockRestore();
    }
  });
});

describe('default data directory', () => {
  it('follows the environment and the platform', () => {
    expect(defaultDataDir({ GATEHOUSE_DATA: '/srv/gh' }, 'linux', '/home/a')).toBe('/srv/gh');
    expect(defaultDataDir({}, 'linux', '/home/a')).toBe('/home/a/.local/state/gatehouse');
    expect(defaultDataDir({ XDG_STATE_HOME: '/s' }, 'linux', '/home/a')).toBe('/s/gatehouse');
    expect(defaultDataDir({ LOCALAPPDATA: '/l' }, 'win32', '/home/a')).toMatch(/^\/l.Gatehouse$/);
  });
});
