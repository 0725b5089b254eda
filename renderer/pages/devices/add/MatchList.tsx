import type { ReactNode } from 'react';
import { isShownNumber, type MatrixMatch, nameAddress } from '../../../../core/contract/decode-matrix.ts';
import { formatNumber } from '../../../text/format.ts';
import { matrix as text } from '../../../text/matrix.ts';
import { orderWords, shortNumber } from './MatrixGrid.tsx';
import { cellKey, isClear } from './matrix-view.ts';

const MOST = 8;

/** A place in words: `30001, float ABCD`. */
export const matchWords = (table: 'holding' | 'input', match: MatrixMatch): string =>
  `${nameAddress(table, match.address).classic}, ${text.types[match.type]} ${orderWords(match)}`;

/** All digits of a counter: they are compared with the display. */
const exactNumber = (value: number | null): string => (Number.isSafeInteger(value) ? String(value) : shortNumber(value));

const scaled = (match: MatrixMatch): string =>
  match.scale === 1
    ? exactNumber(match.value)
    : `${exactNumber(match.value)} × ${formatNumber(match.scale, match.scale < 1 ? Math.round(-Math.log10(match.scale)) : 0)}`;

interface MatchProps {
  readonly table: 'holding' | 'input';
  readonly typed: string;
  readonly readings: number;
  /** The number that was kept last, typed once more. */
  readonly isSame: boolean;
  /** Whether any register could be read here. */
  readonly isRead: boolean;
  readonly matches: readonly MatrixMatch[];
  readonly onChoose: (match: MatrixMatch) => void;
}

/** What to do next, said in one sentence. */
function adviceOf(props: MatchProps): string {
  const { typed, readings, matches } = props;
  const isBegun = typed !== '' && typed !== '-';
  if (!isBegun) return readings === 0 ? text.ask : text.wait;
  if (!isShownNumber(typed)) return text.noNumber(typed);
  if (!props.isRead) return text.notRead;
  if (props.isSame) return text.same;
  if (matches.length === 0) return readings === 0 ? text.nothing(typed) : text.nothingBoth;
  const fits = (readings === 0 ? text.fits : text.fitsBoth)(matches.length);
  return isClear(matches) && matches.length > 1 ? `${fits} ${text.clear1}` : fits;
}

/** The places that fit what was typed, the best first, each to be taken by touch. */
export function MatchList(props: MatchProps): ReactNode {
  const { matches } = props;
  return (
    <div className="matches">
      <p role="status" className="matches-advice">
        {adviceOf(props)}
      </p>
      {matches.length > 0 && (
        <ul aria-label={text.matches}>
          {matches.slice(0, MOST).map((match) => (
            <li key={cellKey(match)}>
              <button type="button" className="match" onClick={() => props.onChoose(match)}>
                <span className="grow">{matchWords(props.table, match)}</span>{' '}
                <span className="num match-value">{scaled(match)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
