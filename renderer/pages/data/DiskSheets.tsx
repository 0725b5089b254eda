import type { ReactNode } from 'react';
import type { StorageView } from '../../../core/contract/outbox-views.ts';
import { Meter } from '../../components/Meter.tsx';
import { formatBytes } from '../../text/format.ts';
import { lifeWords, storage as text } from '../../text/storage.ts';

/** What the disk holds, what is free, and what is never used. */
export function DiskSheet(props: { storage: StorageView }): ReactNode {
  const { disk } = props.storage;
  const { freeBytes: free, totalBytes: total, roomBytes: room } = disk;
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.disk}</h2>
      </header>
      <div className="sheet-body stack">
        {free !== null && total !== null && total > 0 && (
          <Meter
            label={text.onDisk}
            value={text.free(formatBytes(free))}
            share={1 - free / total}
            limit={1 - room / total}
            word={text.low}
            detail={text.of(formatBytes(total))}
          />
        )}
        <dl className="facts">
          <dt>{text.usable}</dt>
          <dd className="num">{free === null ? text.unknown : formatBytes(Math.max(0, free - room))}</dd>
          <dt>{text.room}</dt>
          <dd className="num">
            {formatBytes(room)}
            <p className="small muted">{text.roomHint}</p>
          </dd>
          <dt>{text.store}</dt>
          <dd className="num">{formatBytes(disk.storeBytes)}</dd>
        </dl>
      </div>
    </section>
  );
}

type Day = StorageView['wear']['days'][number];

const mostWords = (days: readonly Day[]): string => {
  const most = days.reduce((best, one) => (one.bytes > best.bytes ? one : best));
  return text.most(most.day, formatBytes(most.bytes));
};

/** A bar for each day, the highest filling the height. */
function Days(props: { days: readonly Day[] }): ReactNode {
  const most = Math.max(1, ...props.days.map((day) => day.bytes));
  return (
    <div className="wear-days" role="img" aria-label={`${text.chart}. ${mostWords(props.days)}`}>
      {props.days.map((day) => (
        <span
          key={day.day}
          className="wear-day"
          title={text.day(day.day, formatBytes(day.bytes))}
          style={{ height: `${(day.bytes / most) * 100}%` }}
        />
      ))}
    </div>
  );
}

/** What is written to the disk, and what that means for a flash disk. */
export function WearSheet(props: { storage: StorageView }): ReactNode {
  const { wear, disk } = props.storage;
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.wear}</h2>
      </header>
      <div className="sheet-body stack">
        <div className="wear-figures">
          <dl className="row figures">
            <div>
              <dt>{text.today}</dt>
              <dd className="num">{formatBytes(wear.writtenTodayBytes)}</dd>
            </div>
            <div>
              <dt>{text.perDay}</dt>
              <dd className="num">
                {wear.writtenPerDayBytes === null ? text.perDayUnknown : formatBytes(wear.writtenPerDayBytes)}
              </dd>
            </div>
          </dl>
          {wear.days.length > 1 && <Days days={wear.days} />}
        </div>
        {wear.days.length > 1 && (
          <p className="small muted num">
            {text.chart}. {mostWords(wear.days)}
          </p>
        )}
        <div>
          <h3 className="small muted">{text.life}</h3>
          <p className="num">{lifeWords(wear, disk.totalBytes)}</p>
        </div>
        <p className="small muted">{text.amplification}</p>
      </div>
    </section>
  );
}
