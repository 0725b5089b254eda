import { describe, expect, it } from 'vitest';
import type { AdapterContext, AdapterSession } from '../../../core/adapters/adapter.ts';
import { createBusRegistry } from '../../../core/adapters/modbus/bus-registry.ts';
import { createDeviceSupervisor } from '../../../core/adapters/supervisor.ts';
import { createEmitter } from '../../../core/base/emitter.ts';
import { GatewayError } from '../../../core/base/errors.ts';
import { createLogHub } from '../../../core/base/log.ts';
import type { DeviceConfig } from '../../../core/contract/document/devices.ts';
import type { Reading, ReadingBatch } from '../../../core/contract/reading.ts';
import { claimedFault } from '../../../core/transports/ports/claims.ts';
import { createFakeLinks } from '../../fakes/fake-byte-link.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { noField } from '../../fakes/no-field.ts';
import { device, never } from './harness.ts';

const KEY = 'path:/dev/ttyUSB0';
const config = device({
  adapter: 'modbus-rtu',
  link: { kind: 'serial', path: '/dev/ttyUSB0' },
  points: [
    { name: 't', table: 'holding', address: 0, unit: '°C', deadband: 1, limits: { high: 8 }, writable: true },
    { name: 'u', table: 'holding', address: 1 },
  ],
  commands: [{ name: 'set', confirm: 'Sure?', do: { kind: 'write', point: 't' } }],
});

/** Sessions whose line can be claimed, as `transports/ports/lines.ts` does it. */
function setUp() {
  const clock = createManualClock();
  const field = noField();
  const { claims } = field;
  const hub = createLogHub({ clock }, { keep: 1000, level: 'info' });
  const plugs = createEmitter<void>();
  const published: ReadingBatch[] = [];
  let context: AdapterContext | undefined;
  let opens = 0;
  let openFault: Error | undefined;
  const adapters = {
    buses: createBusRegistry().book,
    async open(own: DeviceConfig, given: AdapterContext): Promise<AdapterSession> {
      opens += 1;
      if (openFault) throw openFault;
      claims.check(KEY);
      context = given;
      const done = Promise.withResolvers<Error | undefined>();
      const close = async (): Promise<void> => done.resolve(undefined);
      claims.enter(KEY, own.id, { closed: done.promise }, (fault) => done.resolve(fault));
      return {
        closed: done.promise,
        close,
        bus: KEY,
        writeConfirmed: async (_, value) => ({ state: 'confirmed', words: `it has ${String(value)}`, value }),
      };
    },
  };
  const deps = { clock, log: hub.logger('x'), links: createFakeLinks(), field, adapters, random: () => 0.5 };
  const supervisor = createDeviceSupervisor(
    { ...deps, onReadings: (batch) => published.push(batch), wake: (listener) => plugs.on(listener) },
    config,
  );
  return {
    clock,
    claims,
    supervisor,
    plugs,
    published,
    emit: (value: number) => context?.emit({ readings: [{ point: 't', value, quality: 'good' }], sampledAt: clock.now() }, 0),
    batch: (...readings: Reading[]) => context?.emit({ readings, sampledAt: clock.now() }, 0),
    fault: (error: Error) => context?.fault(error),
    opens: () => opens,
    failOpening(fault: Error | undefined) {
      openFault = fault;
    },
    events: () => hub.recent().map(({ event }) => event),
  };
}

async function running() {
  const all = setUp();
  await all.supervisor.start(never);
  await all.clock.advance(0);
  all.emit(5);
  return all;
}

describe('a device whose line a tool takes', () => {
  it('pauses and says so, without a fault, and goes on at once when the line is given back', async () => {
    const { clock, claims, supervisor, opens, emit, events } = await running();
    const claim = await claims.take(KEY, 'Modbus master (Ada)', never);
    await clock.advance(60_000);
    expect(supervisor.view()).toMatchObject({
      health: 'paused',
      pausedBy: 'Modbus master (Ada)',
      ne107: { state: 'function-check', why: 'Modbus master (Ada) uses its line' },
      lastError: null,
      errors: {},
      bus: KEY,
      points: [{ value: 5, quality: 'stale' }, {}],
    });
    expect(opens()).toBe(1);
    expect(claim.pauses).toEqual(['dut']);
    await claim.release();
    await clock.advance(0);
    expect(opens()).toBe(2);
    expect(supervisor.view()).toMatchObject({ health: 'starting', pausedBy: null });
    emit(6);
    expect(supervisor.view()).toMatchObject({ health: 'ok', ne107: { state: 'ok', why: '' }, points: [{ quality: 'good' }, {}] });
    expect(events()).toEqual(['device.connected', 'device.paused', 'device.resumed']);
    await supervisor.stop();
    expect(clock.pending).toBe(0);
  });

  it('is not called offline because the rest of a round fails meanwhile', async () => {
    const { claims, clock, supervisor, fault } = await running();
    const claim = await claims.take(KEY, 'Anna (terminal)', never);
    await clock.advance(0);
    for (let i = 0; i < 3; i += 1) fault(new GatewayError('adapter/timeout', 'no answer'));
    expect(supervisor.view()).toMatchObject({ health: 'paused', ne107: { state: 'function-check' } });
    await claim.release();
    await supervisor.stop();
  });

  it('waits for it also from its start, and is stopped while it waits', async () => {
    const { clock, claims, supervisor } = setUp();
    await claims.take(KEY, 'Sniffer', never);
    await supervisor.start(never);
    await clock.advance(0);
    expect(supervisor.view()).toMatchObject({ health: 'paused', pausedBy: 'Sniffer' });
    await supervisor.stop();
    expect(clock.pending).toBe(0);
  });

  it('is claimed a thousand times and comes back each time', async () => {
    const { clock, claims, supervisor, opens } = await running();
    for (let i = 0; i < 1000; i += 1) {
      const claim = await claims.take(KEY, 'Terminal', never);
      await clock.advance(0);
      await claim.release();
      await clock.advance(0);
    }
    expect(opens()).toBe(1001);
    expect(claims.users(KEY)).toEqual(['dut']);
    await supervisor.stop();
    expect(claims.users(KEY)).toEqual([]);
  });

  it('does not turn in circles when a session says "claimed" of a line that nobody has', async () => {
    const all = setUp();
    all.failOpening(claimedFault(KEY, 'nobody'));
    await all.supervisor.start(never);
    await all.clock.advance(60_000);
    expect(all.opens()).toBeLessThan(10);
    await all.supervisor.stop();
  });
});

describe('something that is plugged in', () => {
  it('wakes a device that waits for its port, and leaves others alone', async () => {
    const all = setUp();
    all.failOpening(new GatewayError('link/not-found', 'no such port'));
    await all.supervisor.start(never);
    await all.clock.advance(120_000);
    const before = all.opens();
    all.failOpening(undefined);
    all.plugs.emit();
    await all.clock.advance(0);
    expect(all.opens()).toBe(before + 1);
    all.plugs.emit();
    await all.clock.advance(0);
    expect(all.opens()).toBe(before + 1);
    await all.supervisor.stop();
    expect(all.plugs.size).toBe(0);
  });
  it('does not hurry a device with another fault', async () => {
    const all = setUp();
    all.failOpening(new GatewayError('link/not-permitted', 'not allowed'));
    await all.supervisor.start(never);
    await all.clock.advance(0);
    all.plugs.emit();
    await all.clock.advance(0);
    expect(all.opens()).toBe(1);
    await all.supervisor.stop();
  });
});

describe('the model of a device', () => {
  it('shows the newest value, and publishes by the dead-band', async () => {
    const { emit, supervisor, published } = await running();
    emit(5.5);
    expect(supervisor.view().points[0]).toMatchObject({ value: 5.5, deadband: 1 });
    expect(published).toHaveLength(1);
    emit(6.5);
    expect(published).toHaveLength(2);
    await supervisor.stop();
  });
  it('is out of specification beyond a limit', async () => {
    const { emit, supervisor } = await running();
    emit(9);
    expect(supervisor.view()).toMatchObject({ health: 'ok', ne107: { state: 'out-of-spec' }, points: [{ limit: 'high' }, {}] });
    await supervisor.stop();
  });
  it('has failed when its unit is parked, however open the line is, until it is heard', async () => {
    const { emit, fault, supervisor, events } = await running();
    for (let i = 0; i < 3; i += 1) fault(new GatewayError('adapter/parked', 'unit 1 does not answer'));
    expect(supervisor.view()).toMatchObject({
      health: 'offline',
      ne107: { state: 'failure', why: 'unit 1 does not answer' },
      points: [{ quality: 'stale' }, {}],
    });
    expect(events()).toEqual(['device.connected', 'device.lost']);
    emit(5);
    expect(supervisor.view()).toMatchObject({ health: 'ok', ne107: { state: 'ok' } });
    await supervisor.stop();
  });
  it('is degraded while one of its points is bad, and names it, also when only others are read', async () => {
    const { supervisor, batch } = await running();
    batch({ point: 'u', value: null, quality: 'bad', note: 'illegal address' });
    batch({ point: 't', value: 5, quality: 'good' });
    expect(supervisor.view()).toMatchObject({ health: 'degraded', ne107: { state: 'out-of-spec', why: 'u: illegal address' } });
    batch();
    expect(supervisor.view().health).toBe('degraded');
    batch({ point: 'u', value: 1, quality: 'good' });
    expect(supervisor.view()).toMatchObject({ health: 'ok', ne107: { state: 'ok' } });
    await supervisor.stop();
  });
  it('keeps the time since when its state is that one', async () => {
    const { clock, emit, supervisor } = await running();
    supervisor.view();
    await clock.advance(1000);
    emit(9);
    const { since } = supervisor.view().ne107;
    expect(since).toBe(clock.now());
    await clock.advance(1000);
    emit(10);
    expect(supervisor.view().ne107.since).toBe(since);
    await supervisor.stop();
  });
  it('runs commands that were confirmed, and tells the result', async () => {
    const { supervisor } = await running();
    await expect(supervisor.command('set', 7, false, never)).rejects.toMatchObject({ code: 'tool/no-consent' });
    expect(await supervisor.command('set', 7, true, never)).toEqual({
      state: 'confirmed',
      words: 'it has 7',
      value: 7,
      tookMs: 0,
    });
    expect(supervisor.view().commands).toMatchObject([{ name: 'set', confirm: 'Sure?', asks: 'number', point: 't' }]);
    await supervisor.stop();
    await expect(supervisor.command('set', 7, true, never)).rejects.toMatchObject({ code: 'link/closed' });
  });
});
