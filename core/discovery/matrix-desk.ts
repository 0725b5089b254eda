import { refuseForAll } from '../adapters/modbus/for-all.ts';
import { framingOf } from '../adapters/modbus/line-timing.ts';
import type { MatrixView } from '../contract/commission-views.ts';
import type { Desk } from '../contract/desk.ts';
import type { LinkConfig } from '../contract/document/links.ts';
import type { DiscoveryDeps, HeldSession } from './deps.ts';
import { createLiveRows } from './live-rows.ts';
import { createLiveRow, type LiveRow } from './matrix/live-row.ts';
import { lineName } from './modbus/line-words.ts';

const METHODS = ['matrix.open', 'matrix.move', 'matrix.close'] as const;
const TOPICS = ['matrix'] as const;

/** A key of its own for each wire that is simulated, the line's for all others. */
const SIMULATED_USER = 'matrix';

/**
 * Registers read live for the decode matrix, on a line that is taken for it: the devices on it pause meanwhile. Reads only, with functions
 * 3 and 4. Ends when it is closed or nobody looks at it any more.
 */
export function createMatrixDesk(deps: DiscoveryDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  const rows = createLiveRows<LiveRow>();

  function begin(session: HeldSession, link: LinkConfig, row: LiveRow): void {
    rows.begin(session, row, row.run(session.signal));
    deps.log.info('matrix.opened', { line: lineName(link), by: session.view().by });
  }

  return {
    calls: {
      async 'matrix.open'(input, signal, caller) {
        const { link, unit, table, address, count, by } = input;
        refuseForAll(framingOf(input.adapter), unit);
        const key = deps.lines.keyOf(link, SIMULATED_USER);
        const session = await deps.sessions.open({ tool: 'matrix', line: lineName(link), link, key, by, caller }, signal);
        const { claim } = session;
        if (!claim) throw new Error('a claim was asked for');
        const where = { link, framing: framingOf(input.adapter), claim };
        begin(session, link, createLiveRow(deps, session, where, { unit, table, address, count }, input.everyMs));
        return { session: session.id };
      },
      async 'matrix.move'({ session, ...change }, _signal, caller) {
        deps.sessions.of(session, caller, 'matrix');
        rows.get(session)?.move(change);
        return null;
      },
      async 'matrix.close'({ session }, _signal, caller) {
        await deps.sessions.of(session, caller, 'matrix').end();
        return null;
      },
    },
    views: {
      matrix: {
        kind: 'table',
        rows: ({ session }): readonly MatrixView[] => rows.look(session).map((row) => row.view()),
        attend: ({ session }, caller) => deps.sessions.attend(session, caller),
      },
    },
  };
}
