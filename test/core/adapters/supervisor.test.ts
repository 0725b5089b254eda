import { describe, expect, it, vi } from 'vitest';
import type { AdapterContext, AdapterSession } from '../../../core/adapters/adapter.ts';
import { createBusRegistry } from '../../../core/adapters/modbus/bus-registry.ts';
import { createAdapterRegistry } from '../../../core/adapters/registry.ts';
import { createDeviceSupervisor } from '../../../core/adapters/supervisor.ts';
import { GatewayError } from '../../../core/base/errors.ts';
import { createLogHub } from '../../../core/base/log.ts';
import type { DeviceConfig } from '../../../core/contract/document/devices.ts';
import type { ReadingBatch } from '../../../core/contract/reading.ts';
import { createFakeLinks } from '../../fakes/fake-byte-link.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { noField } from '../../fakes/no-field.ts';
import { device, never } from './harness.ts';

const config = device({
  adapter: 'simulated',
  model: 'cold-store-thermometer',
  intervalMs: 1000,
  points: [{ name: 'temperature', unit: '°C', decimals: 1 }],
});
const good = (value = 1, point = 'temperature'): ReadingBatch => ({
  readings: [{ point, value, quality: 'good' }],
  sampledAt: 5,
});
const timeout = () => new GatewayError('adapter/timeout', 'no answer within 1000 ms');

function setUp(own: DeviceConfig = config) {
  const clock = createManualClock();
  const hub = createLogHub({ clock }, { keep: 1000, level: 'info' });
  const batches: ReadingBatch[] = [];
  const opened: { context: AdapterContext; end(fault?: Error): void; closed: boolean }[] = [];
  const behaviour = {
    openFault: undefined as Error | undefined,
    hang: false,
    throwOnReadings: false,
    more: {} as Partial<AdapterSession>,
  };
  const adapters = {
    buses: createBusRegistry().book,
    async open(_config: DeviceConfig, context: AdapterContext): Promise<AdapterSession> {
      if (behaviour.hang) await new Promise(() => {});
      if (behaviour.openFault) throw behaviour.openFault;
      const done = Promise.withResolvers<Error | undefined>();
      const entry = {
        context,
        closed: false,
        end: (fault?: Error) => done.resolve(fault),
      };
      opened.push(entry);
      return {
        closed: done.promise,
        async close() {
          entry.closed = true;
          done.resolve(undefined);
        },
        async write(point, value) {
          context.emit(good(Number(value), point), 0);
        },
        ...behaviour.more,
      };
    },
  };
  const supervisor = createDeviceSupervisor(
    {
      clock,
      log: hub.logger('devices'),
      links: createFakeLinks(),
      field: noField(),
      adapters,
      random: () => 0.5,
      onReadings(batch) {
        if (behaviour.throwOnReadings) throw new Error('router');
        batches.push(batch);
      },
    },
    own,
  );
  const session = () => {
    const last = opened.at(-1);
    if (!last) throw new Error('no session');
    return last;
  };
  const events = () => hub.recent().map(({ event, data }) => (data['code'] ? `${event} ${data['code']}` : event));
  return { clock, supervisor, batches, opened, behaviour, session, events };
}

async function running(own?: DeviceConfig) {
  const all = setUp(own);
  await all.supervisor.start(never);
  await all.clock.advance(0);
  return all;
}

describe('health', () => {
  it('is starting until there is evidence, then ok', async () => {
    const { supervisor, session, batches, events } = await running();
    expect(supervisor.view()).toMatchObject({ health: 'starting', lastSeenAt: null, readings: 0 });
    session().context.emit(good(4.5), 0);
    expect(supervisor.view()).toMatchObject({ health: 'ok', readings: 1, lastError: null });
    expect(supervisor.view().points).toEqual([
      {
        name: 'temperature',
        label: 'temperature',
        unit: '°C',
        decimals: 1,
        value: 4.5,
        quality: 'good',
        note: null,
        at: 5,
        series: 'devices/dut/temperature',
        writable: false,
        limits: null,
        limit: null,
        deadband: null,
      },
    ]);
    expect(batches).toEqual([good(4.5)]);
    expect(events()).toEqual(['device.connected']);
    await supervisor.stop();
  });

  it('of a device that opens but never answers is offline with the fault, not ok', async () => {
    const { supervisor, session, events } = await running();
    session().context.fault(timeout());
    expect(supervisor.view().health).toBe('starting');
    session().context.fault(timeout());
    expect(supervisor.view()).toMatchObject({
      health: 'offline',
      lastError: { code: 'adapter/timeout' },
      errors: { 'adapter/timeout': 2 },
    });
    expect(events()).toEqual(['device.lost adapter/timeout']);
    await supervisor.stop();
  });

  it('of a device that says nothing at all is offline after a while', async () => {
    const { supervisor, clock, events } = await running();
    await clock.advance(4000);
    expect(supervisor.view()).toMatchObject({ health: 'offline', lastError: { code: 'adapter/silent' } });
    await clock.advance(60_000);
    expect(events()).toEqual(['device.lost adapter/silent']);
    await supervisor.stop();
  });

  it('is degraded by faults in a row or by bad readings, and ok again with good ones', async () => {
    const { supervisor, session } = await running();
    session().context.emit(good(), 0);
    session().context.fault(timeout());
    expect(supervisor.view().health).toBe('ok');
    session().context.fault(timeout());
    expect(supervisor.view().health).toBe('degraded');
    session().context.emit(good(), 0);
    expect(supervisor.view().health).toBe('ok');
    session().context.emit({ readings: [{ point: 'temperature', value: null, quality: 'bad', note: 'why' }], sampledAt: 6 }, 0);
    expect(supervisor.view()).toMatchObject({ health: 'degraded', points: [{ quality: 'bad', note: 'why', value: null }] });
    await supervisor.stop();
  });

  it('turns readings stale when nothing newer comes, and keeps their value', async () => {
    const { supervisor, session, clock } = await running();
    session().context.emit(good(7), 0);
    await clock.advance(2500);
    expect(supervisor.view().points[0]?.quality).toBe('good');
    await clock.advance(1500);
    expect(supervisor.view()).toMatchObject({ health: 'offline', points: [{ quality: 'stale', value: 7 }] });
    session().context.emit(good(8), 0);
    expect(supervisor.view()).toMatchObject({ health: 'ok', points: [{ quality: 'good', value: 8 }] });
    await supervisor.stop();
  });

  it('of a device that speaks only when something happens does not suffer from silence', async () => {
    const scanner = device({
      adapter: 'line',
      link: { kind: 'simulated', model: 'barcode-scanner' },
      points: [{ name: 'temperature', type: 'text' }],
    });
    const { supervisor, session, clock } = await running(scanner);
    session().context.emit(good(7), 0);
    await clock.advance(86_400_000);
    expect(supervisor.view()).toMatchObject({ health: 'ok', points: [{ quality: 'good' }] });
    await supervisor.stop();
  });
});

describe('sessions', () => {
  it('are tried again with backoff while the link cannot be had, logged once', async () => {
    const all = setUp();
    all.behaviour.openFault = new GatewayError('link/not-found', '/dev/ttyUSB0: there is no such port');
    await all.supervisor.start(never);
    await all.clock.advance(600_000);
    const tries = all.supervisor.view().errors['link/not-found'] ?? 0;
    expect(tries).toBeGreaterThan(20);
    expect(tries).toBeLessThan(40);
    expect(all.supervisor.view()).toMatchObject({
      health: 'offline',
      lastError: { message: '/dev/ttyUSB0: there is no such port' },
    });
    expect(all.events()).toEqual(['device.lost link/not-found']);
    all.behaviour.openFault = undefined;
    await all.clock.advance(30_000);
    all.session().context.emit(good(), 0);
    expect(all.supervisor.view().health).toBe('ok');
    expect(all.events()).toEqual(['device.lost link/not-found', 'device.connected']);
    await all.supervisor.stop();
  });

  it('that end are opened anew; readings are stale meanwhile; the backoff starts again from a session that was good', async () => {
    const { supervisor, session, opened, clock, events } = await running();
    for (let i = 1; i <= 10; i += 1) {
      session().context.emit(good(), 0);
      session().end(new GatewayError('link/lost', 'unplugged'));
      await clock.advance(1);
      expect(supervisor.view()).toMatchObject({ health: 'offline', points: [{ quality: 'stale' }] });
      await clock.advance(1000);
      expect(opened).toHaveLength(i + 1);
    }
    expect(supervisor.view().reconnects).toBe(10);
    expect(events().slice(0, 3)).toEqual(['device.connected', 'device.lost link/lost', 'device.connected']);
    await supervisor.stop();
  });

  it('are dropped and opened at once when a person asks, also out of a long wait', async () => {
    const all = await running();
    all.session().context.emit(good(), 0);
    all.supervisor.reconnect();
    await all.clock.advance(1);
    expect(all.opened.map(({ closed }) => closed)).toEqual([true, false]);
    all.behaviour.openFault = new GatewayError('link/busy', 'busy');
    all.session().end(new GatewayError('link/lost', 'unplugged'));
    await all.clock.advance(100_000);
    all.behaviour.openFault = undefined;
    all.supervisor.reconnect();
    await all.clock.advance(1);
    expect(all.opened).toHaveLength(3);
    await all.supervisor.stop();
  });

  it('are closed by stop, which leaves no timer, and may be called twice', async () => {
    const { supervisor, session, clock } = await running();
    await supervisor.stop();
    await supervisor.stop();
    expect(session().closed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('that hang while opening do not hold up stop', async () => {
    const all = setUp();
    all.behaviour.hang = true;
    await all.supervisor.start(never);
    await all.clock.advance(0);
    await all.supervisor.stop();
    expect(all.clock.pending).toBe(0);
  });

  it('survive a receiver that throws', async () => {
    const { supervisor, session, behaviour, events } = await running();
    behaviour.throwOnReadings = true;
    session().context.emit(good(), 0);
    expect(supervisor.view().health).toBe('ok');
    expect(events()).toContain('device.readings-not-taken');
    await supervisor.stop();
  });
});

describe('frames', () => {
  it('are asked for only while somebody looks; faulty ones are always kept; 200 at most', async () => {
    const { supervisor, session } = await running();
    const { context } = session();
    expect(context.framesWanted()).toBe(false);
    context.frame({ direction: 'in', bytes: Uint8Array.of(1, 2), decoded: 'noise', faulty: true });
    const seen: number[] = [];
    const stop = supervisor.onFrame(({ id }) => seen.push(id));
    expect(context.framesWanted()).toBe(true);
    expect(supervisor.frames()).toMatchObject([{ id: 1, direction: 'in', bytes: 'AQI=', decoded: 'noise', faulty: true }]);
    for (let i = 0; i < 300; i += 1) context.frame({ direction: 'out', bytes: Uint8Array.of(1), decoded: 'x', faulty: false });
    stop();
    expect(context.framesWanted()).toBe(false);
    expect(supervisor.frames().map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, i) => i + 102));
    expect(seen).toHaveLength(300);
    await supervisor.stop();
  });
});

it('readings of the past go to the subscribers with their time, dead-band or not; the present stays as it is', async () => {
  const all = await running({ ...config, points: [{ name: 'temperature', unit: '°C', decimals: 1, deadband: 5 }] });
  all.session().context.emit(good(4.5), 0);
  const past: ReadingBatch = { ...good(4.4), sampledAt: 2, past: true };
  all.session().context.emit(past, 0);
  expect(all.batches).toEqual([good(4.5), past]);
  expect(all.supervisor.view().points[0]).toMatchObject({ value: 4.5, at: 5 });
  await all.supervisor.stop();
});

describe('calls', () => {
  it('need a session, a point, and a device that can', async () => {
    const all = setUp();
    await expect(all.supervisor.write('temperature', 1, never)).rejects.toMatchObject({ code: 'link/closed' });
    await all.supervisor.start(never);
    await all.clock.advance(0);
    await expect(all.supervisor.write('nothing', 1, never)).rejects.toMatchObject({ code: 'adapter/unknown-point' });
    await expect(all.supervisor.readNow(never)).rejects.toMatchObject({ code: 'api/not-available' });
    await all.supervisor.write('temperature', 9, never);
    expect(all.supervisor.view().points[0]?.value).toBe(9);
    await all.supervisor.stop();
  });
  it('that only send do not wait for the report of a device that has one', async () => {
    const all = await running();
    const asked: string[] = [];
    const never2 = new Promise<void>(() => {});
    all.behaviour.more = { send: async (point, value) => void asked.push(`${point} := ${value}`), write: () => never2 };
    all.session().end();
    await all.clock.advance(60_000);
    await all.supervisor.send('temperature', 9, never);
    expect(asked).toEqual(['temperature := 9']);
    await expect(all.supervisor.send('nothing', 1, never)).rejects.toMatchObject({ code: 'adapter/unknown-point' });
    await all.supervisor.stop();
  });
  it('that only send write to a device that has no reports', async () => {
    const all = await running();
    await all.supervisor.send('temperature', 9, never);
    expect(all.supervisor.view().points[0]?.value).toBe(9);
    await all.supervisor.stop();
  });
  it('of a device that is switched off say so', async () => {
    const all = await running({ ...config, enabled: false });
    expect(all.supervisor.view().health).toBe('paused');
    expect(all.opened).toEqual([]);
    await all.supervisor.stop();
  });
});

describe('with the real adapters', () => {
  it('gives the first reading of a simulated device at once', async () => {
    const clock = createManualClock();
    const batches: ReadingBatch[] = [];
    const deps = { clock, links: createFakeLinks(), field: noField(), adapters: createAdapterRegistry(), random: () => 0.5 };
    const log = createLogHub({ clock }, { keep: 10, level: 'info' }).logger('devices');
    const supervisor = createDeviceSupervisor({ ...deps, log, onReadings: (batch) => batches.push(batch) }, config);
    const changed = new Promise<void>((resolve) => supervisor.onChanged(resolve));
    await supervisor.start(never);
    await vi.waitFor(async () => {
      await clock.advance(0); // the protocol's code is loaded first
      expect(batches).toHaveLength(1);
    });
    await changed;
    expect(supervisor.view()).toMatchObject({ health: 'ok', connection: 'simulated cold-store-thermometer' });
    await clock.advance(10_000);
    expect(batches).toHaveLength(11);
    expect(supervisor.view().readingsPerS).toBeCloseTo(1, 5);
    await supervisor.stop();
    expect(clock.pending).toBe(0);
  });
});
