import type { ReactNode } from 'react';
import { ERRORS } from '../../core/base/errors.ts';
import type { BooksView } from '../../core/contract/views.ts';
import { books as text } from '../text/flows.ts';
import { formatCount } from '../text/format.ts';
import { BookFigures, DropReasons } from './BookFigures.tsx';
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
    { label: text.in, value: books.in, warn: false },
    { label: text.out, value: books.out, warn: false },
    { label: text.waiting, value: books.waiting, warn: false },
    { label: text.dropped, value: dropped, warn: dropped > 0 },
  ];
  return (
    <div className="books">
      <BookFigures figures={figures} />
      {reasons.length > 0 && <DropReasons reasons={reasons} words={reasonText} className="small" />}
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
