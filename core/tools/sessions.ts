import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { createRing } from '../base/ring.ts';
import type { Caller, LogSource } from '../contract/desk.ts';
import type { LinkConfig } from '../contract/document/links.ts';
import type { BusView, ToolLineView, ToolView } from '../contract/field-views.ts';
import type { Claim, PortClaims } from '../transports/ports/claims.ts';

export type ToolLine = Omit<ToolLineView, 'id' | 'at' | 'gapUs'>;

/**
 * A tool that somebody has open. It ends when it is closed, and when who opened it has not looked at it for `LEASE_MS`: others may look on,
 * but cannot keep a line from its devices.
 */
export interface ToolSession {
  readonly id: string;
  readonly tool: ToolView['tool'];
  readonly link: LinkConfig | null;
  /** For a Modbus master and a sniffer. */
  readonly framing: BusView['framing'] | undefined;
  /** Null where the tool needs no line. */
  readonly claim: Claim | null;
  /** Aborted at the end, before the line is given back. */
  readonly signal: AbortSignal;
  view(): ToolView;
  set(change: Partial<Pick<ToolView, 'state' | 'lines' | 'fault'>>): void;
  /**
   * Counts bytes and keeps the line for whoever watches `tool-lines`. `heardAt` is the monotonic time in ms of its first byte; left out:
   * now. Lines are said in the order of their times.
   */
  say(line: ToolLine, heardAt?: number): void;
  /** Its owner is there. */
  renew(): void;
  /** Done before the line is given back, in reverse order of their adding; must not reject. */
  onEnd(work: () => Promise<void>): void;
  end(): Promise<void>;
}

export interface ToolOpening {
  readonly tool: ToolView['tool'];
  /** The line for people. */
  readonly line: string;
  readonly link: LinkConfig | null;
  readonly framing?: BusView['framing'] | undefined;
  /** Key of what is claimed; null: nothing. */
  readonly key: string | null;
  readonly by: string;
  readonly caller: Caller;
}

/** The tools that are open, for every desk that has some. */
export interface ToolSessions {
  /** Claims the line first: rejects with `link/claimed`. */
  open(opening: ToolOpening, signal: AbortSignal): Promise<ToolSession>;
  /** For a call of the tool: renews it. Throws `tool/unknown-session`, or `tool/not-yours` where another client opened it. */
  of(id: string, caller: Caller, ...tools: readonly ToolView['tool'][]): ToolSession;
  /** For a view, which anybody may watch: renews nothing. Throws `tool/unknown-session`. */
  look(id: string): ToolSession;
  /** A client watches a view of the session, until the returned function is called. Only its owner's watching holds the lease. */
  attend(id: string, caller: Caller): () => void;
  views(): readonly ToolView[];
  readonly lines: LogSource<'tool-lines'>;
  stop(): Promise<void>;
}

const LEASE_MS = 15_000;
const CHECK_MS = 1000;
const KEEP = 1000;
const base64Bytes = (text: string): number =>
  Math.floor((text.length * 3) / 4) - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);

interface Kept {
  readonly session: ToolSession;
  readonly caller: Caller;
  readonly rows: () => readonly ToolLineView[];
  readonly onRow: (listener: (row: ToolLineView) => void) => () => void;
  /** Views of it that its owner watches. */
  watchers: number;
  lookedAt: number;
}

const isSame = (a: Caller, b: Caller): boolean => a.id === b.id && a.kind === b.kind;

export function createToolSessions(deps: {
  readonly clock: Clock;
  readonly log: Logger;
  readonly claims: PortClaims;
  readonly newId: () => string;
}): ToolSessions {
  const { clock, log, claims } = deps;
  const kept = new Map<string, Kept>();
  let stopChecks: (() => void) | null = null;
  let stopped = false;

  function find(id: string): Kept {
    const found = kept.get(id);
    if (!found) throw new GatewayError('tool/unknown-session', 'This tool has been closed.');
    return found;
  }
  function attend(id: string, caller: Caller): () => void {
    const one = kept.get(id);
    if (!one || !isSame(one.caller, caller)) return () => {};
    one.watchers += 1;
    return () => {
      one.watchers -= 1;
      one.lookedAt = clock.monotonic();
    };
  }
  function checkLeases(): void {
    const now = clock.monotonic();
    for (const one of [...kept.values()]) {
      if (one.watchers > 0) one.lookedAt = now;
      else if (now - one.lookedAt >= LEASE_MS) {
        log.info('tool.left', { tool: one.session.tool, by: one.session.view().by });
        void one.session.end();
      }
    }
  }

  function make(opening: ToolOpening, claim: Claim | null): Kept {
    const life = new AbortController();
    const ring = createRing<ToolLineView>(KEEP);
    const rows = createEmitter<ToolLineView>();
    const ends: (() => Promise<void>)[] = [];
    const id = deps.newId();
    let number = 0;
    let lastAt = clock.monotonic();
    let ending: Promise<void> | undefined;
    let view: ToolView = {
      id,
      tool: opening.tool,
      line: opening.line,
      link: opening.link,
      by: opening.by,
      since: clock.now(),
      state: 'open',
      pauses: [...(claim?.pauses ?? [])],
      bytesIn: 0,
      bytesOut: 0,
      lines: null,
      fault: null,
    };
    async function finish(): Promise<void> {
      view = { ...view, state: 'closing' };
      life.abort(new GatewayError('tool/unknown-session', 'The tool was closed.'));
      for (const work of ends.reverse()) await work().catch((cause: unknown) => log.warn('tool.end-failed', { cause }));
      await claim?.release();
      kept.delete(id);
      log.info('tool.closed', { tool: opening.tool, line: opening.line, by: opening.by });
      if (kept.size > 0) return;
      stopChecks?.();
      stopChecks = null;
    }
    const session: ToolSession = {
      id,
      tool: opening.tool,
      link: opening.link,
      framing: opening.framing,
      claim,
      signal: life.signal,
      view: () => view,
      set(change) {
        view = { ...view, ...change };
      },
      say(line, heardAt) {
        const now = clock.monotonic();
        const from = Math.min(now, heardAt ?? now);
        number += 1;
        const gapUs = Math.max(0, Math.round((from - lastAt) * 1000));
        const row: ToolLineView = { ...line, id: number, at: Math.round(clock.now() - (now - from)), gapUs };
        lastAt = from;
        const size = base64Bytes(line.bytes);
        if (line.direction === 'in') view = { ...view, bytesIn: view.bytesIn + size };
        if (line.direction === 'out') view = { ...view, bytesOut: view.bytesOut + size };
        ring.push(row);
        rows.emit(row);
      },
      renew() {
        one.lookedAt = clock.monotonic();
      },
      onEnd: (work) => void ends.push(work),
      end() {
        ending ??= finish();
        return ending;
      },
    };
    const one: Kept = {
      session,
      caller: opening.caller,
      rows: () => ring.items(),
      onRow: (listener) => rows.on(listener),
      watchers: 0,
      lookedAt: clock.monotonic(),
    };
    return one;
  }

  return {
    async open(opening, signal) {
      const claim = opening.key === null ? null : await claims.take(opening.key, `${opening.by} (${opening.tool})`, signal);
      if (stopped) {
        await claim?.release();
        throw new GatewayError('gateway/stopping', 'The gateway stops; no tool is opened any more.');
      }
      const one = make(opening, claim);
      kept.set(one.session.id, one);
      stopChecks ??= clock.every(CHECK_MS, checkLeases);
      log.info('tool.opened', { tool: opening.tool, line: opening.line, by: opening.by, caller: opening.caller.kind });
      return one.session;
    },
    of(id, caller, ...tools) {
      const { session, caller: owner } = find(id);
      if (tools.length > 0 && !tools.includes(session.tool)) {
        throw new GatewayError('api/bad-input', `A ${session.tool} cannot do that.`);
      }
      if (!isSame(owner, caller)) {
        throw new GatewayError('tool/not-yours', `${session.view().by} has opened this tool.`);
      }
      session.renew();
      return session;
    },
    look: (id) => find(id).session,
    attend,
    views: () => [...kept.values()].map(({ session }) => session.view()),
    lines: {
      kind: 'log',
      open({ session }, push) {
        const one = find(session);
        return { rows: one.rows(), close: one.onRow(push) };
      },
      attend: ({ session }, caller) => attend(session, caller),
    },
    async stop() {
      stopped = true;
      await Promise.all([...kept.values()].map(({ session }) => session.end()));
    },
  };
}
