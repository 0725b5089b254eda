import type { Clock } from '../../base/clock.ts';
import { createEmitter } from '../../base/emitter.ts';
import type { Logger } from '../../base/log.ts';
import type { Service } from '../../base/service.ts';
import type { Stamp } from '../../contract/message.ts';
import type { CertificateView } from '../../contract/outbox-views.ts';
import type { Certificates } from '../../store/certificates.ts';
import { DROP_REASONS, type Spool, type SpoolEntry } from '../../store/spool.ts';
import type { CloudLink } from '../cloud-link.ts';
import { certificateHash } from './certificate-text.ts';
import { createDeliveredMarks, type DeliveredMarks } from './delivered.ts';
import { type Backlog, isDrained, markBacklog, rangesOf } from './drain-watch.ts';
import { figuresOf, fromFigures, type Outage, openView, toFigures } from './outage.ts';

export interface OutageRecorderDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly spool: Pick<Spool, 'stats' | 'peek' | 'gaps' | 'sources'>;
  readonly certificates: Certificates;
  readonly link: Pick<CloudLink, 'status' | 'onStatus'>;
  /** Figures that survive a restart; `save` adds to what is there. */
  readonly figures: { load(): Promise<Readonly<Record<string, number>>>; save(figures: Readonly<Record<string, number>>): void };
  /** Steady time, over restarts too. */
  steady(): number;
  stamp(): Stamp;
  redate(stamp: Stamp): { readonly wallMs: number };
  /** The uplink's count since start. */
  duplicatesPossible(): number;
}

export interface OutageRecorder extends Service {
  /** For the uplink's `onDelivered`; may be called before `start`. */
  delivered(entries: readonly SpoolEntry[]): void;
  /** The certificate that is being written; null while the line is up and nothing of an outage is left. */
  open(): CertificateView | null;
  /** Called at most every second while one is open, and with the complete one. */
  onChanged(listener: (certificate: CertificateView) => void): () => void;
}

const TICK_MS = 1_000;
/** A shorter outage with nothing waiting is not worth a certificate. */
const WORTH_MS = 2_000;
/** An open one is written so often in its first minute, and then so often: the disk of a site that is offline for weeks is spared. */
const PUT_FIRST_MS = 5_000;
const PUT_LATER_MS = 60_000;
const SAVE_EVERY_MS = 60_000;
const MOST_EARLY = 10_000;

const numberOf = (id: string): number => Number(/-(\d+)$/.exec(id)?.[1] ?? 0);

/**
 * Writes a delivery certificate for every outage: begun when a connected line is lost (or at the start, while there is none), complete
 * when the line is back and everything that was kept before it came back is delivered, dropped or dead-lettered. A line that is lost
 * again before that goes on with the same one, and so does a gateway that is started anew. All counts are differences of the spool's
 * books, so that they hold over restarts; durations are steady time.
 */
export function createOutageRecorder(
  deps: OutageRecorderDeps,
  options: { readonly gateway: string; site(): string },
): OutageRecorder {
  const { clock, log, spool, certificates, link } = deps;
  const changes = createEmitter<CertificateView>((cause) => log.error('custody.listener-failed', { cause }));
  const undo: (() => void)[] = [];
  let marks: DeliveredMarks = createDeliveredMarks({});
  /** Delivered before the marks were loaded. */
  let early: SpoolEntry[] | null = [];
  let outage: Outage | null = null;
  let backlog: Backlog | null = null;
  let lastNumber = 0;
  let duplicatesSeen = 0;
  let written = false;
  let putAt = 0;
  let savedAt = 0;
  let working: Promise<void> | null = null;
  let stopped = false;

  const isUp = (): boolean => link.status().state === 'connected';
  /** The wall time of now, put right whenever it is asked for. */
  function moment(): () => number {
    const stamp = deps.stamp();
    return () => deps.redate(stamp).wallMs;
  }
  function view(own: Outage): CertificateView {
    const now = { steady: deps.steady(), books: figuresOf(spool.stats()), duplicates: deps.duplicatesPossible() };
    return openView(own, now, { gateway: options.gateway, site: options.site() });
  }

  function begin(): void {
    const status = link.status();
    const now = deps.steady();
    const books = figuresOf(spool.stats());
    outage = {
      id: `${options.gateway}-${lastNumber + 1}`,
      endpoint: status.endpoint,
      begin: books,
      clockTrust: deps.stamp().trust,
      cause: status.lastError,
      restarts: 0,
      duplicatesBefore: 0,
      duplicatesFrom: duplicatesSeen,
      highest: { messages: books.waiting, bytes: spool.stats().bytes },
      settled: marks.all(),
      awaySince: now,
      awayMs: null,
      restoredSteady: null,
      from: moment(),
      restoredAt: null,
    };
    written = false;
    putAt = now;
    deps.figures.save({ ...marks.changes(), ...toFigures(lastNumber + 1, outage) });
  }
  /** Goes on with the one that was open when the gateway ended. */
  function resume(open: CertificateView, saved: Readonly<Record<string, number>>): void {
    const books = figuresOf(spool.stats());
    const known = fromFigures(saved, numberOf(open.id), DROP_REASONS);
    const now = deps.steady();
    // Without the figures (a crash in the first second) what happened since the last writing is not in the counts.
    const lost = Object.fromEntries(
      Object.entries(books.dropped).map(([reason, count]) => [reason, count - (open.dropped[reason] ?? 0)]),
    );
    const guessed = {
      appended: books.appended - open.accepted,
      acknowledged: books.acknowledged - open.delivered,
      deadLettered: books.deadLettered - open.deadLettered,
      waiting: open.waitingBefore,
      dropped: lost,
    };
    outage = {
      ...open,
      begin: known?.begin ?? guessed,
      cause: open.cause,
      restarts: open.restarts + 1,
      duplicatesBefore: open.duplicatesPossible,
      duplicatesFrom: 0,
      highest: { ...open.highestBacklog },
      settled: marks.all(),
      awaySince: open.restoredAt === null && known ? known.awaySince : now - open.offlineMs,
      awayMs: null,
      restoredSteady: null,
      from: () => open.from,
      restoredAt: null,
    };
    written = true;
    putAt = Number.NEGATIVE_INFINITY;
  }

  function followLine(): void {
    const up = isUp();
    if (outage === null) {
      if (!up) begin();
      return;
    }
    outage.cause ??= link.status().lastError;
    if (up && outage.awayMs === null) {
      const now = deps.steady();
      outage.awayMs = now - outage.awaySince;
      outage.restoredSteady = now;
      outage.restoredAt = moment();
      backlog = null;
      work();
    } else if (!up && outage.awayMs !== null) {
      outage.awaySince = deps.steady() - outage.awayMs;
      outage.awayMs = null;
      outage.restoredAt = null;
      outage.restoredSteady = null;
      deps.figures.save(toFigures(numberOf(outage.id), outage));
    }
  }

  function unworthy(own: Outage): boolean {
    return !written && (own.awayMs ?? 0) < WORTH_MS && own.highest.messages === 0 && spool.stats().count === 0;
  }
  async function complete(own: Outage, drained: Backlog): Promise<void> {
    const ranges = await rangesOf(spool, drained, own.settled);
    if (outage !== own || own.restoredSteady === null) return;
    const { site: _site, ...rest } = view(own);
    const named = { ...rest, site: options.site(), ...ranges };
    const drainMs = Math.round(deps.steady() - own.restoredSteady);
    const whole: CertificateView = { ...named, state: 'complete', to: moment()(), drainMs, hash: certificateHash(named) };
    await certificates.put(whole);
    lastNumber = numberOf(own.id);
    end();
    log.info('custody.certificate', { id: own.id, accepted: whole.accepted, delivered: whole.delivered });
    changes.emit(whole);
  }
  function end(): void {
    outage = null;
    backlog = null;
    duplicatesSeen = deps.duplicatesPossible();
    // The line may have gone again while the certificate was written.
    if (!isUp()) begin();
  }
  /** The line is back: looks what is still to be delivered, until nothing is. */
  async function follow(own: Outage): Promise<void> {
    if (own.awayMs === null) return;
    if (unworthy(own)) {
      end();
      return;
    }
    const restored = own.restoredSteady;
    const known = backlog ?? (await markBacklog(spool));
    if (outage !== own || own.restoredSteady !== restored) return;
    backlog = known;
    if (await isDrained(spool, known)) {
      if (outage === own && own.restoredSteady === restored) await complete(own, known);
    }
  }
  async function putOpen(own: Outage): Promise<void> {
    const now = deps.steady();
    const age = now - own.awaySince;
    if (age < WORTH_MS || now - putAt < (!written ? WORTH_MS : age < PUT_LATER_MS ? PUT_FIRST_MS : PUT_LATER_MS)) return;
    await certificates.put(view(own));
    lastNumber = numberOf(own.id);
    written = true;
    putAt = now;
  }

  async function turn(): Promise<void> {
    const own = outage;
    if (own === null) return;
    const { count: messages, bytes } = spool.stats();
    own.highest.messages = Math.max(own.highest.messages, messages);
    own.highest.bytes = Math.max(own.highest.bytes, bytes);
    await follow(own);
    if (outage !== own) return;
    await putOpen(own);
    if (written && outage === own) changes.emit(view(own));
  }
  /** One turn after the other. A store that fails is asked again with the next tick. */
  function work(): void {
    if (working || stopped) return;
    working = turn()
      .catch((cause: unknown) => log.warn('custody.not-recorded', { cause }))
      .finally(() => {
        working = null;
      });
  }
  function tick(): void {
    if (outage === null && spool.stats().count === 0) marks.drained();
    const now = deps.steady();
    if (now - savedAt >= SAVE_EVERY_MS) {
      savedAt = now;
      deps.figures.save(marks.changes());
    }
    work();
  }

  return {
    name: 'custody',
    delivered(entries) {
      if (early) {
        if (early.length < MOST_EARLY) early.push(...entries);
      } else marks.delivered(entries);
    },
    open: () => (outage && written ? view(outage) : null),
    onChanged: (listener) => changes.on(listener),
    async start(signal) {
      const [saved, known] = await Promise.all([deps.figures.load(), certificates.list()]);
      signal.throwIfAborted();
      marks = createDeliveredMarks(saved);
      if (spool.stats().count === 0) marks.seed((await spool.sources()).map(({ source, custody }) => [source, custody]));
      marks.delivered(early ?? []);
      early = null;
      lastNumber = known.reduce((most, { id }) => Math.max(most, numberOf(id)), 0);
      const open = known.find(({ state }) => state === 'open');
      if (open) resume(open, saved);
      undo.push(link.onStatus(followLine), clock.every(TICK_MS, tick));
      followLine();
    },
    async stop() {
      for (const off of undo.splice(0)) off();
      await working;
      stopped = true;
      if (early) return;
      deps.figures.save(marks.changes());
      if (outage && written)
        await certificates.put(view(outage)).catch((cause: unknown) => log.warn('custody.not-recorded', { cause }));
    },
  };
}
