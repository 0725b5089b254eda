import type { AdapterContext, AdapterSession } from '../../adapters/adapter.ts';
import { createAdapterRegistry } from '../../adapters/registry.ts';
import { createBackoff } from '../../base/backoff.ts';
import { GatewayError } from '../../base/errors.ts';
import type { TryView } from '../../contract/commission-views.ts';
import type { DeviceConfig } from '../../contract/document/devices.ts';
import { faultView } from '../../contract/fault-view.ts';
import type { ReadingBatch } from '../../contract/reading.ts';
import type { BleRadio } from '../../transports/bluetooth/radio.ts';
import type { Claim } from '../../transports/ports/claims.ts';
import type { DiscoveryDeps, HeldSession } from '../deps.ts';

/** A device that runs before it is saved. */
export interface TryRun {
  view(): TryView;
  /** Never rejects; everything is closed when it resolves. */
  run(signal: AbortSignal): Promise<void>;
}

/** The radio for who holds a connection by a claim. */
const radioFor = (radio: BleRadio, claim: Claim): BleRadio => ({
  ...radio,
  get problem() {
    return radio.problem;
  },
  connect: (address, options, signal) => radio.connect(address, { ...options, claim }, signal),
});

const REOPEN = { firstMs: 1000, maxMs: 5000 };

/** The device runs as it would when saved, on the line that its session holds; nothing that it reads leaves this view. */
export function createTryRun(
  deps: Pick<DiscoveryDeps, 'clock' | 'log' | 'lines' | 'services' | 'random'>,
  session: HeldSession,
  config: DeviceConfig,
): TryRun {
  const { clock } = deps;
  const { claim } = session;
  let view: TryView = {
    id: session.id,
    device: config.id,
    state: 'opening',
    readings: config.points.map(({ name, label, unit }) => ({
      point: name,
      label: label ?? name,
      unit: unit ?? '',
      value: null,
      quality: 'bad',
      note: 'nothing was read yet',
      at: null,
    })),
    polls: 0,
    faults: {},
    lastError: null,
  };
  const set = (change: Partial<TryView>): void => {
    view = { ...view, ...change };
  };

  function take({ readings, sampledAt }: ReadingBatch): void {
    const byPoint = new Map(readings.map((one) => [one.point, one]));
    set({
      polls: view.polls + 1,
      readings: view.readings.map((row) => {
        const reading = byPoint.get(row.point);
        if (!reading) return row;
        const { value, quality, note = null } = reading;
        return { ...row, value, quality, note, at: sampledAt };
      }),
    });
  }
  function fault(cause: unknown): void {
    const seen = faultView(cause, clock.now());
    set({ lastError: seen, faults: { ...view.faults, [seen.code]: (view.faults[seen.code] ?? 0) + 1 } });
  }

  const context: AdapterContext = {
    clock,
    log: deps.log.from(`try:${config.id}`),
    links: {
      open: (link, signal, user) =>
        claim ? deps.lines.openClaimed(link, claim, signal) : deps.lines.links.open(link, signal, user),
    },
    field: claim ? { ...deps.services, radio: radioFor(deps.services.radio, claim) } : deps.services,
    emit: take,
    frame: () => {},
    framesWanted: () => false,
    fault,
    random: deps.random,
  };

  async function once(signal: AbortSignal): Promise<void> {
    // Of its own: a device of the site that comes back meanwhile must not share this bus past the claim.
    const opened: AdapterSession = await createAdapterRegistry().open(config, context, signal);
    const close = (): void => void opened.close();
    signal.addEventListener('abort', close, { once: true });
    if (signal.aborted) close();
    set({ state: 'running' });
    session.set({ state: 'open', fault: null });
    try {
      const ended = await opened.closed;
      if (!signal.aborted) throw ended ?? new GatewayError('link/closed', `${config.name}: the session ended`);
    } finally {
      signal.removeEventListener('abort', close);
      await opened.close();
    }
  }

  return {
    view: () => view,
    async run(signal) {
      const backoff = createBackoff(REOPEN, deps.random);
      while (!signal.aborted) {
        try {
          await once(signal);
        } catch (cause) {
          if (signal.aborted) break;
          fault(cause);
          set({ state: 'failed' });
          session.set({ state: 'lost', fault: view.lastError });
          await clock.sleep(backoff.next(), signal).catch(() => {}); // the end of the session
        }
      }
      set({ state: 'closed' });
    },
  };
}
