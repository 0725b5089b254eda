import assert from 'node:assert';
import { createRequire } from 'node:module';
import { it } from 'vitest';
import { systemClock } from '../../../core/base/clock.ts';
import { createLogHub } from '../../../core/base/log.ts';
import { createKeptChanges } from '../../../core/broker/kept-changes.ts';
import { MEMORY_LIMITS, type MemoryLimits } from '../../../core/broker/memory-limits.ts';
import { SessionPersistence } from '../../../core/broker/persistence.ts';
import type { Session } from '../../../core/broker/session-book.ts';
import type { Sessions } from '../../../core/store/sessions.ts';

export interface PersistenceOptions {
  readonly limits?: Partial<MemoryLimits>;
  readonly steady?: () => number;
  readonly onFull?: (session: Session) => void;
}

export function persistenceOn(sessions: Sessions, options: PersistenceOptions = {}): SessionPersistence {
  const log = createLogHub({ clock: systemClock }, { keep: 10, level: 'debug' }).logger('broker');
  return new SessionPersistence(
    {
      changes: createKeptChanges({ clock: systemClock, log, sessions }),
      load: () => sessions.load(),
      steady: options.steady ?? (() => 0),
      onFull: options.onFull ?? (() => {}),
    },
    { ...MEMORY_LIMITS, ...options.limits },
  );
}

interface Context {
  plan(count: number): void;
  diagnostic(text: string): void;
  readonly assert: Record<string, (value: unknown, other?: unknown, text?: string) => void>;
}

/**
 * Runs aedes-persistence's own suite as tests of ours: its `test` becomes `it`, its `t.plan` is held, its assertions are those of
 * node:assert.
 */
export function abstractSuite(
  name: string,
  persistence: () => Promise<unknown>,
  options: { after?: () => Promise<void>; skip?: ReadonlySet<string> } = {},
): void {
  const suite: unknown = createRequire(import.meta.url)('aedes-persistence/abstract.js');
  if (typeof suite !== 'function') throw new Error('aedes-persistence has no abstract suite');
  suite({
    testAsync: true,
    persistence,
    test(title: string, run: (t: Context) => Promise<void>) {
      if (options.skip?.has(title)) return;
      it(`${name}: ${title}`, async () => {
        let planned: number | null = null;
        let asserted = 0;
        const counted = (key: 'equal' | 'notEqual' | 'deepEqual' | 'ok') => (value: unknown, other?: unknown, text?: string) => {
          asserted += 1;
          if (key === 'ok') assert.ok(value, String(other));
          else assert[key](value, other, text);
        };
        try {
          await run({
            plan(count) {
              planned = count;
            },
            diagnostic: () => {},
            assert: {
              equal: counted('equal'),
              notEqual: counted('notEqual'),
              deepEqual: counted('deepEqual'),
              ok: counted('ok'),
            },
          });
          if (planned !== null) assert.equal(asserted, planned, 'as many assertions as planned');
        } finally {
          await options.after?.();
        }
      });
    },
  });
}
