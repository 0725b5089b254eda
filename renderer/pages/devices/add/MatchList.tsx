import type { ReactNode } from 'react';
import { type MatrixMatch, nameAddress } from '../../../../core/contract/decode-matrix.ts';
import { formatNumber } from '../../../text/format.ts';
import { matrix as text } from '../../../text/matrix.ts';
import { orderWords, shortNumber } from './MatrixGrid.tsx';
import { cellKey, isClear } from './matrix-view.ts';

const MOST = 8;

/** A place in words: `30001, float ABCD`. */
export const matchWords = (table: 'holding' | 'input', match: MatrixMatch): string =>
  `${nameAddress(table, match.address).classic}, ${text.types[match.type]} ${orderWords(match)}`;

const scaled = (match: MatrixMatch): string =>
  match.scale === 1
    ? shortNumber(match.value)
    : `${shortNumber(match.value)} × ${formatNumber(match.scale, match.scale < 1 ? Math.round(-Math.log10(match.scale)) : 0)}`;

/** What to do next, said in one sentence. */
function adviceOf(props: { typed: string; readings: number; matches: readonly MatrixMatch[] }): string {
  const { typed, readings, matches } = props;
  if (typed === '' && readings === 0) return text.ask;
  if (typed === '') return text.wait;
  if (matches.length === 0) return readings === 0 ? text.nothing(typed) : text.nothingBoth;
  const fits = (readings === 0 ? text.fits : text.fitsBoth)(matches.length);
  return isClear(matches) && matches.length > 1 ? `${fits} ${text.clear1}` : fits;
}

/** The places that fit what was typed, the best first, each to be taken by touch. */
export function MatchList(props: {
  table: 'holding' | 'input';
  typed: string;
  readings: number;
  matches: readonly MatrixMatch[];
  onChoose: (match: MatrixMatch) => void;
}): ReactNode {
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
