import type { ReactNode } from 'react';
import { ERRORS } from '../../core/base/errors.ts';
import type { BooksView } from '../../core/contract/views.ts';
import { books as text } from '../text/flows.ts';
import { formatCount } from '../text/format.ts';
import './books.css';
import { ErrorNotice } from './Notices.tsx';

const SHOWN: Readonly<Record<string, { readonly show: string }>> = ERRORS;

/** A reason in words: one of ours, or what an error code stands for. */
const reasonText = (reason: string): string => text.reasons[reason] ?? SHOWN[reason]?.show ?? reason;

/** The books of a hop: what came in, what went out, what waits, what was dropped and why, and whether that adds up. */
export function Books(props: { books: BooksView; note?: string }): ReactNode {
  const { books } = props;
  const reasons = Object.entries(books.dropped).filter(([, count]) => count > 0);
  const dropped = reasons.reduce((sum, [, count]) => sum + count, 0);
  const figures = [
    { label: text.in, value: books.in },
    { label: text.out, value: books.out },
    { label: text.waiting, value: books.waiting },
    { label: text.dropped, value: dropped },
  ];
  return (
    <div className="books">
      <dl className="books-figures">
        {figures.map((figure) => (
          <div key={figure.label} data-tone={figure.label === text.dropped && dropped > 0 ? 'warn' : 'normal'}>
            <dt>{figure.label}</dt>
            <dd className="num">{formatCount(figure.value)}</dd>
          </div>
        ))}
      </dl>
      {reasons.length > 0 && (
        <ul className="books-reasons small">
          {reasons.map(([reason, count]) => (
            <li key={reason} className="row">
              <span className="grow">{reasonText(reason)}</span>
              <span className="num">{formatCount(count)}</span>
            </li>
          ))}
        </ul>
      )}
      {books.balanced ? (
        <p className="small muted num">
          {text.balanced}:{' '}
          {text.sum(formatCount(books.in), formatCount(books.out), formatCount(books.waiting), formatCount(dropped))}.
        </p>
      ) : (
        <ErrorNotice
          what={text.unbalanced}
          meaning={text.sum(formatCount(books.in), formatCount(books.out), formatCount(books.waiting), formatCount(dropped))}
          remedy={text.unbalancedRemedy}
        />
      )}
      {props.note !== undefined && <p className="small muted">{props.note}</p>}
    </div>
  );
}
