import { type Migration, openDatabase } from './database.ts';
import type { Replacement } from './mender.ts';
import { type DatabaseName, replaceDatabase } from './move-aside.ts';
import { replaceSpool } from './salvage-begin.ts';
import { replaceState } from './salvage-state.ts';

/** A database whose content is not worth the trouble: it begins anew. */
function anew(what: string, migrations: readonly Migration[], walPages: number, durable: boolean): Replacement {
  return {
    durable,
    replace(file, now) {
      const moved = replaceDatabase(file, now, (fresh) => {
        openDatabase(fresh, { synchronous: 'FULL', migrations, walPages }).close();
      });
      return [moved, `${what} begins anew.`];
    },
  };
}

/** What takes the place of each database when it is damaged. */
export function createReplacements(
  migrations: Readonly<Record<DatabaseName, readonly Migration[]>>,
  walPages: number,
): Readonly<Record<DatabaseName, Replacement>> {
  return {
    spool: {
      durable: true,
      replace: (file, now, known) => [
        replaceSpool(file, { migrations: migrations.spool, walPages, now, ...(known && { known }) }),
        'A new one accepts messages; what waited is being brought back.',
      ],
    },
    state: {
      durable: true,
      replace(file, now) {
        const { salvaged, ...moved } = replaceState(file, { migrations: migrations.state, walPages, now });
        const { versions, figures, certificates, functionRows } = salvaged;
        const parts = `${versions} version(s) of the deployment, ${figures} figures, ${certificates} certificate(s)`;
        return [moved, `Saved: ${parts}, ${functionRows} value(s) and event(s) of functions.`];
      },
    },
    history: anew('The history', migrations.history, walPages, false),
    sessions: anew('The memory of the local broker', migrations.sessions, walPages, true),
  };
}
