import type { ReactNode } from 'react';
import type { StorageView } from '../../../core/contract/outbox-views.ts';
import { reasonWords } from '../../../core/contract/outbox-words.ts';
import { BookFigures, DropReasons } from '../../components/BookFigures.tsx';
import { ErrorNotice } from '../../components/Notices.tsx';
import { ledger as text } from '../../text/data.ts';
import { formatCount } from '../../text/format.ts';
import { sumOf } from '../../text/outbox-words.ts';

type LedgerBooks = StorageView['books'];

const lineOf = (books: LedgerBooks): string =>
  text.line(
    formatCount(books.in),
    formatCount(books.delivered),
    formatCount(books.waiting),
    formatCount(sumOf(books.dropped)),
    formatCount(books.deadLettered),
  );

/** The books in one line (`titled` where no heading says that it is the books); loud when they do not balance. */
export function LedgerLine(props: { books: LedgerBooks; titled?: boolean }): ReactNode {
  const { books } = props;
  if (books.balanced) {
    return (
      <p className="small ledger-line num">
        {props.titled === true && <strong>{text.title}: </strong>}
        {lineOf(books)} <span className="muted">({text.since})</span>
      </p>
    );
  }
  const gap = Math.abs(books.in - books.delivered - books.waiting - sumOf(books.dropped) - books.deadLettered);
  return (
    <div role="alert">
      <ErrorNotice
        what={`${text.unbalanced}: ${lineOf(books)}`}
        meaning={text.unbalancedMeaning(formatCount(gap))}
        remedy={text.unbalancedRemedy}
      />
    </div>
  );
}

/** The books of one stream as figures, and what was dropped by reason. */
export function Ledger(props: { books: LedgerBooks }): ReactNode {
  const { books } = props;
  const reasons = Object.entries(books.dropped).filter(([, count]) => count > 0);
  const dropped = sumOf(books.dropped);
  const figures = [
    { label: text.accepted, value: books.in, warn: false },
    { label: text.delivered, value: books.delivered, warn: false },
    { label: text.waiting, value: books.waiting, warn: false },
    { label: text.dropped, value: dropped, warn: dropped > 0 },
    { label: text.refused, value: books.deadLettered, warn: books.deadLettered > 0 },
  ];
  return (
    <div className="stack">
      <BookFigures figures={figures} className="ledger-figures" />
      {reasons.length === 0 ? (
        <p className="small muted">{text.none}</p>
      ) : (
        <div>
          <h3 className="small">{text.reasons}</h3>
          <DropReasons reasons={reasons} words={reasonWords} />
        </div>
      )}
      <LedgerLine books={books} />
    </div>
  );
}
