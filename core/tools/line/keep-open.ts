import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import type { LinkConfig } from '../../contract/document/links.ts';
import { faultView } from '../../contract/fault-view.ts';
import type { ToolView } from '../../contract/field-views.ts';
import type { ByteLink } from '../../transports/byte-port.ts';
import type { Claim } from '../../transports/ports/claims.ts';
import type { Lines } from '../../transports/ports/lines.ts';
import type { ToolSession } from '../sessions.ts';
import { createSnifferLine } from './sniffer-line.ts';
import { createTerminal, noteLine, type OpenLine } from './terminal.ts';

export interface LineChange {
  readonly dtr?: boolean | undefined;
  readonly rts?: boolean | undefined;
  readonly breakMs?: number | undefined;
}

/** The line of a tool: open, or being opened again after it was lost. */
export interface LineKeeper {
  /** Opens it for the first time; rejects with what is in the way. */
  start(signal: AbortSignal): Promise<void>;
  /** Throws the fault while it is lost. */
  line(): OpenLine;
  /** Rejects with `link/not-supported` where the link has no such lines. */
  control(change: LineChange): Promise<void>;
  stop(): Promise<void>;
}

const RETRY = { firstMs: 500, maxMs: 10_000 };
const LINES_EVERY_MS = 500;

interface KeeperDeps {
  readonly clock: Clock;
  readonly lines: Lines;
  readonly random: () => number;
  readonly session: ToolSession;
  readonly claim: Claim;
  readonly link: LinkConfig;
}

/** DTR and RTS as a port has them when it is opened. */
const atOpening = (config: LinkConfig): { dtr: boolean; rts: boolean } => ({
  dtr: ('dtr' in config ? config.dtr : undefined) ?? true,
  rts: ('rts' in config ? config.rts : undefined) ?? true,
});

/** Modem lines as the screen shows them; null where the port does not have them. */
async function modemLines(link: ByteLink, own: { dtr: boolean; rts: boolean }): Promise<ToolView['lines']> {
  return (
    (await link.serial?.lines().then(
      (lines) => ({ ...lines, ...own }),
      () => null,
    )) ?? null
  );
}

export function keepOpen({ clock, lines, random, session, claim, link: config }: KeeperDeps): LineKeeper {
  let open: OpenLine | undefined;
  let lost: Error | undefined;
  let own = atOpening(config);
  /** The line is given back when no port is being opened any more. */
  let opening: Promise<unknown> = Promise.resolve();

  function begin(signal: AbortSignal): Promise<ByteLink> {
    const mine = openOnce(signal);
    opening = mine.catch(() => {});
    return mine;
  }
  async function openOnce(signal: AbortSignal): Promise<ByteLink> {
    const link = await lines.openClaimed(config, claim, signal);
    if (session.signal.aborted) {
      await link.close(); // the tool was closed while its port was being opened
      throw session.signal.reason;
    }
    const terminal = session.tool === 'sniffer' ? createSnifferLine(session, config, clock) : createTerminal(session, clock);
    const line: OpenLine = { link, terminal, divert: null };
    open = line;
    lost = undefined;
    own = atOpening(config);
    link.onData((chunk) => (line.divert ?? terminal.heard)(chunk));
    session.set({ state: 'open', fault: null, lines: await modemLines(link, own) });
    return link;
  }
  /** Watches the modem lines while they can be read. */
  async function watchLines(link: ByteLink): Promise<void> {
    while (open?.link === link && session.view().lines && !session.signal.aborted) {
      await clock.sleep(LINES_EVERY_MS, session.signal);
      if (open?.link === link) session.set({ lines: await modemLines(link, own) });
    }
  }
  async function keep(first: ByteLink): Promise<void> {
    const backoff = createBackoff(RETRY, random);
    let link: ByteLink | undefined = first;
    while (!session.signal.aborted) {
      if (link) {
        void watchLines(link).catch(() => {}); // ends with the session
        const fault = await link.closed;
        open?.terminal.flush();
        open = undefined;
        link = undefined;
        lost = fault ?? new GatewayError('link/closed', 'The line was closed.');
        if (session.signal.aborted) return;
        session.set({ state: 'lost', lines: null, fault: faultView(lost, clock.now()) });
        session.say(noteLine(lost.message, true));
      }
      await clock.sleep(backoff.next(), session.signal);
      link = await begin(session.signal).catch((cause: unknown) => {
        if (cause instanceof GatewayError) session.set({ fault: faultView(cause, clock.now()) });
        return undefined;
      });
      if (link) {
        backoff.reset();
        session.say(noteLine(`${link.label} is open again`, false));
      }
    }
  }

  return {
    async start(signal) {
      const link = await begin(signal);
      void keep(link).catch(() => {}); // ends with the session
    },
    line() {
      if (open) return open;
      throw lost ?? new GatewayError('link/closed', `${session.view().line}: the line is not open`);
    },
    async control({ dtr, rts, breakMs }) {
      const { link } = this.line();
      if (!link.serial) throw new GatewayError('link/not-supported', `${link.label}: this link has no modem lines`);
      if (dtr !== undefined || rts !== undefined) {
        await link.serial.set({ dtr, rts });
        own.dtr = dtr ?? own.dtr;
        own.rts = rts ?? own.rts;
        session.set({ lines: await modemLines(link, own) });
      }
      if (breakMs !== undefined) await link.serial.sendBreak(breakMs);
    },
    async stop() {
      const last = open;
      open = undefined;
      last?.terminal.flush();
      await last?.link.close();
      await opening;
    },
  };
}
