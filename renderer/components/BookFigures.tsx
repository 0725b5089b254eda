import type { ReactNode } from 'react';
import { formatCount } from '../text/format.ts';
import './books.css';

export interface BookFigure {
  readonly label: string;
  readonly value: number;
  /** Marked, because it should be zero. */
  readonly warn: boolean;
}

/** The figures of books beside each other. */
export function BookFigures(props: { figures: readonly BookFigure[]; className?: string }): ReactNode {
  return (
    <dl className={`books-figures ${props.className ?? ''}`}>
      {props.figures.map((figure) => (
        <div key={figure.label} data-tone={figure.warn ? 'warn' : 'normal'}>
          <dt>{figure.label}</dt>
          <dd className="num">{formatCount(figure.value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What was dropped, by reason: `reasons` with their counts, `words` for each. */
export function DropReasons(props: {
  reasons: readonly (readonly [string, number])[];
  words: (reason: string) => string;
  className?: string;
}): ReactNode {
  return (
    <ul className={`drop-reasons ${props.className ?? ''}`}>
      {props.reasons.map(([reason, count]) => (
        <li key={reason} className="row">
          <span className="grow">{props.words(reason)}</span>
          <span className="num">{formatCount(count)}</span>
        </li>
      ))}
    </ul>
  );
}
