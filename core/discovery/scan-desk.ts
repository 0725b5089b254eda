import { GatewayError } from '../base/errors.ts';
import type { Input } from '../contract/api.ts';
import type { ScanView } from '../contract/commission-views.ts';
import type { Caller, Desk } from '../contract/desk.ts';
import type { DiscoveryDeps, HeldSession } from './deps.ts';
import { lineName } from './modbus/line-words.ts';
import { estimateScan, linesToTry } from './scan/plan.ts';
import { createScan, type Scan } from './scan/scan.ts';

const METHODS = ['scan.estimate', 'scan.start', 'scan.stop', 'scan.close'] as const;
const TOPICS = ['scans'] as const;

/** Results that nobody has closed; the oldest go first. */
const KEPT_SCANS = 16;
const RUNNING: ReadonlySet<ScanView['state']> = new Set(['claiming', 'listening', 'sweeping', 'identifying']);

interface Entry {
  readonly key: string;
  readonly session: HeldSession;
  readonly scan: Scan;
}

function checkWish(input: Input<'scan.start'>): void {
  const { from, to } = input.units;
  if (from > to) throw new GatewayError('api/bad-input', `There is no unit from ${from} to ${to}.`);
  if (linesToTry(input).length > 0) return;
  throw new GatewayError('api/bad-input', 'Modbus TCP is not spoken on a serial port.', {
    remedy: 'Choose RTU or ASCII for this line.',
  });
}

/**
 * Guided scans: listen, sweep, identify. A scan takes its line as a tool does, sends nothing but reads (functions 3, 4 and 43/14), and stops
 * when nobody watches the scans any more. Anybody may stop one.
 */
export function createScanDesk(deps: DiscoveryDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  const entries = new Map<string, Entry>();
  const isRunning = ({ scan }: Entry): boolean => RUNNING.has(scan.view().state);

  function find(id: string): Entry {
    const found = entries.get(id);
    if (!found) throw new GatewayError('tool/unknown-session', 'This scan has been closed.');
    return found;
  }
  function forgetOld(): void {
    for (const [id, entry] of entries) {
      if (entries.size < KEPT_SCANS) return;
      if (!isRunning(entry)) entries.delete(id);
    }
  }
  function begin(key: string, session: HeldSession, input: Input<'scan.start'>): void {
    const { claim } = session;
    if (!claim) throw new Error('a claim was asked for');
    const scan = createScan(deps, session, claim, input, (found) => deps.found.noteUnit(key, found));
    forgetOld();
    entries.set(session.id, { key, session, scan });
    const running = scan.run(session.signal);
    session.onEnd(() => running);
    void running.then(() => session.end()); // the line is given back at once, the result stays
  }
  async function start(input: Input<'scan.start'>, signal: AbortSignal, caller: Caller): Promise<{ scan: string }> {
    checkWish(input);
    const { link, by } = input;
    const line = lineName(link);
    const key = deps.lines.keyOf(link, 'scan');
    const other = [...entries.values()].find((one) => one.key === key && isRunning(one));
    if (other) throw new GatewayError('scan/running', `${other.scan.view().by} scans ${line} already.`);
    const session = await deps.sessions.open({ tool: 'scan', line, link, key, by, caller }, signal);
    begin(key, session, input);
    return { scan: session.id };
  }

  return {
    calls: {
      'scan.estimate': async (size) => estimateScan(size),
      'scan.start': start,
      async 'scan.stop'({ scan }) {
        await find(scan).session.end();
        return null;
      },
      async 'scan.close'({ scan }) {
        const entry = find(scan);
        await entry.session.end();
        entries.delete(scan);
        return null;
      },
    },
    views: {
      scans: {
        kind: 'table',
        rows: () =>
          [...entries.values()].map((entry) => {
            if (isRunning(entry)) entry.session.renew();
            return entry.scan.view();
          }),
      },
    },
  };
}
