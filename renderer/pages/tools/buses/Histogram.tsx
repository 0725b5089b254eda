import type { ReactNode } from 'react';
import { buses as text } from '../../../text/buses.ts';
import { formatCount } from '../../../text/format.ts';
import { classNames } from './bus-words.ts';

/** Answers by how long they took: a bar for each class, with its count. Classes outside of what was met are left out. */
export function Histogram(props: { counts: readonly number[] }): ReactNode {
  const { counts } = props;
  const most = Math.max(0, ...counts);
  if (most === 0) return <p className="muted">{text.histogramNone}</p>;
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  return (
    <ul className="histogram" aria-label={text.histogram}>
      {classNames().map((name, i) => {
        const count = counts[i] ?? 0;
        if (i < first - 1 || i > last + 1) return null;
        return (
          <li key={name} className="histogram-row">
            <span className="small muted num histogram-class">{name}</span>
            <span className="histogram-track" aria-hidden="true">
              <span className="histogram-bar" style={{ width: `${(count / most) * 100}%` }} data-some={count > 0 || undefined} />
            </span>
            <span className="small num histogram-count">{formatCount(count)}</span>
          </li>
        );
      })}
    </ul>
  );
}
