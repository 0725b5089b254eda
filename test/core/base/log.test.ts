import { describe, expect, it } from 'vitest';
import { createEmitter } from '../../../core/base/emitter.ts';
import { describe as describeError, ERRORS, GatewayError, toWire } from '../../../core/base/errors.ts';
import { createLogHub, type LogLevel } from '../../../core/base/log.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

function build(level: LogLevel = 'debug') {
  const clock = createManualClock();
  const hub = createLogHub({ clock }, { keep: 3, level });
  return { clock, hub, log: hub.logger('test') };
}

describe('the log', () => {
  it('keeps the newest records with a number that counts up, and tells its listeners', async () => {
    const { hub, log, clock } = build();
    const heard: number[] = [];
    const stop = hub.onRecord((record) => heard.push(record.id));
    for (const event of ['a', 'b', 'c', 'd']) log.info(event);
    stop();
    await clock.advance(5);
    log.from('other').error('e', { port: 80 });
    expect(hub.recent().map((one) => `${one.id} ${one.source} ${one.level} ${one.event}`)).toEqual([
      '3 test info c',
      '4 test info d',
      '5 other error e',
    ]);
    expect(heard).toEqual([1, 2, 3, 4]);
    expect(hub.recent()[2]).toMatchObject({ at: clock.now(), message: '', data: { port: 80 } });
  });

  it.each([
    ['debug', 'debug info warn error'],
    ['info', 'info warn error'],
    ['warn', 'warn error'],
    ['error', 'error'],
  ] as const)('at level %s writes %s', (level, expected) => {
    const hub = createLogHub({ clock: createManualClock() }, { keep: 10, level });
    const log = hub.logger('x');
    for (const each of ['debug', 'info', 'warn', 'error'] as const) log[each]('e');
    expect(
      hub
        .recent()
        .map((one) => one.level)
        .join(' '),
    ).toBe(expected);
  });

  it('hides secrets, also inside of other data', () => {
    const { hub, log } = build();
    log.info('e', {
      password: 'x',
      apiToken: 'x',
      privateKey: 'x',
      private_key: 'x',
      bindKey: 'x',
      pin: 'x',
      authorization: 'x',
      passFile: 'shown',
      spinning: 'shown',
    });
    log.info('e', { settings: { url: 'shown', user: { passphrase: 'x1', clientSecret: 'x2' } } });
    expect(hub.recent()[0]?.data).toEqual({
      password: '(hidden)',
      apiToken: '(hidden)',
      privateKey: '(hidden)',
      private_key: '(hidden)',
      bindKey: '(hidden)',
      pin: '(hidden)',
      authorization: '(hidden)',
      passFile: 'shown',
      spinning: 'shown',
    });
    const text = String(hub.recent()[1]?.data['settings']);
    expect(text).toContain('shown');
    expect(text).not.toMatch(/x1|x2/);
  });

  it('takes message, code and remedy from the cause, and describes what is behind it', () => {
    const { hub, log } = build();
    const inner = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    log.warn('e', { cause: new GatewayError('link/not-found', 'The port X does not exist.', { cause: inner }) });
    log.warn('e', { cause: inner });
    log.warn('e', { cause: 'thrown text' });
    expect(hub.recent().map(({ message, data }) => ({ message, data }))).toEqual([
      {
        message: 'The port X does not exist.',
        data: { code: 'link/not-found', remedy: ERRORS['link/not-found'].remedy, cause: 'no such file [ENOENT]' },
      },
      { message: '', data: { cause: 'no such file [ENOENT]' } },
      { message: '', data: { cause: 'thrown text' } },
    ]);
  });

  it('lets the caller’s own words stand, in whatever order they are given', () => {
    const { hub, log } = build();
    const cause = new GatewayError('link/lost', 'lost');
    log.warn('e', { message: 'mine', remedy: 'do this', cause });
    log.warn('e', { cause, message: 'mine', remedy: 'do this' });
    for (const record of hub.recent()) {
      expect(record).toMatchObject({ message: 'mine', data: { code: 'link/lost', remedy: 'do this', fault: 'lost' } });
    }
  });

  it('never throws, whatever the data', () => {
    const { hub, log } = build();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    log.info('e', { circle, big: 1n, none: undefined, fn: () => 1, symbol: Symbol('s'), list: [1, 'a'], nothing: null });
    const data = hub.recent()[0]?.data ?? {};
    expect(data).toMatchObject({ big: '1', symbol: 'Symbol(s)', list: '[1,"a"]', nothing: null });
    expect('none' in data).toBe(false);
    for (const value of Object.values(data)) expect(value === null || typeof value === 'string').toBe(true);
  });
});

describe('errors', () => {
  it('cross the wire as data; the text of a foreign one stays behind', () => {
    const error = new GatewayError('link/busy', 'COM3 is in use.', { details: { port: 'COM3' }, remedy: 'Close it.' });
    expect(toWire(error)).toEqual({
      code: 'link/busy',
      message: 'COM3 is in use.',
      remedy: 'Close it.',
      details: { port: 'COM3' },
    });
    for (const foreign of [new Error('password=x'), 'password=x', null, undefined]) {
      expect(toWire(foreign)).toEqual({
        code: 'gateway/internal',
        message: ERRORS['gateway/internal'].show,
        remedy: ERRORS['gateway/internal'].remedy,
        details: {},
      });
    }
  });

  it('are described with their causes, and a circle of causes ends', () => {
    const circle = new Error('a');
    circle.cause = new Error('b', { cause: circle });
    expect(describeError(circle)).toBe('a <- b <- a <- b <- a');
    expect([describeError('text'), describeError(7), describeError(undefined)]).toEqual(['text', '7', 'undefined']);
  });

  it('say for every code what happened and what to do, as sentences', () => {
    for (const [code, { show, remedy }] of Object.entries(ERRORS)) {
      expect(code).toMatch(/^[a-z]+\/[a-z-]+$/);
      for (const text of [show, remedy]) expect(text).toMatch(/^[A-Z].*[.]$/s);
    }
  });
});

describe('the emitter', () => {
  it('goes on when a listener throws, and reports it', () => {
    const faults: unknown[] = [];
    const emitter = createEmitter<number>((cause) => faults.push(cause));
    const heard: string[] = [];
    emitter.on((fact) => heard.push(`a${fact}`));
    emitter.on(() => {
      throw new Error('odd');
    });
    emitter.on((fact) => heard.push(`b${fact}`));
    emitter.emit(1);
    expect([heard, faults.length, emitter.size]).toEqual([['a1', 'b1'], 1, 3]);
  });

  it('counts one listener that subscribes twice as two, and lets it go once each', () => {
    const emitter = createEmitter<void>();
    let calls = 0;
    const listener = (): void => {
      calls += 1;
    };
    const first = emitter.on(listener);
    emitter.on(listener);
    first();
    first();
    emitter.emit();
    expect([calls, emitter.size]).toEqual([1, 1]);
  });
});
