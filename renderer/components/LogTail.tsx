import ChevronDown from 'lucide-react/icons/chevron-down';
import ChevronRight from 'lucide-react/icons/chevron-right';
import { memo, type ReactNode, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { LogView } from '../../core/contract/views.ts';
import { hrefOfParty } from '../hooks/use-route.ts';
import { wordsOf } from '../pages/logs/filter.ts';
import { common } from '../text/common.ts';
import { formatDay, formatExactTime } from '../text/format.ts';
import { levelWords, logs as text } from '../text/logs.ts';
import { CopyButton } from './CopyButton.tsx';
import './log-tail.css';
import { StateIcon } from './StateBadge.tsx';
import { TailList } from './TailList.tsx';
import type { Tone } from './tone.ts';

const rowId = (row: LogView): number => row.id;
const TONES: Readonly<Record<LogView['level'], Tone>> = { debug: 'normal', info: 'normal', warn: 'warn', error: 'fault' };

function Details(props: { row: LogView; fresh: RefObject<number | null> }): ReactNode {
  const { row, fresh } = props;
  const body = useRef<HTMLDivElement>(null);
  const whole = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (fresh.current !== row.id) return; // it came back into sight by scrolling
    fresh.current = null;
    whole.current?.scrollIntoView({ block: 'nearest' });
  }, [fresh, row.id]);
  const { remedy, ...data } = row.data;
  const page = hrefOfParty(row.source);
  return (
    <div className="log-details" ref={whole}>
      {typeof remedy === 'string' && remedy !== '' && (
        <p>
          <strong>{common.whatToDo}:</strong> {remedy}
        </p>
      )}
      <div ref={body}>
        <dl className="facts small">
          <dt>{text.facts.at}</dt>
          <dd className="num">
            {formatDay(row.at)}, {formatExactTime(row.at)}
          </dd>
          <dt>{text.facts.source}</dt>
          <dd className="mono">{row.source}</dd>
          <dt>{text.facts.event}</dt>
          <dd className="mono">{row.event}</dd>
          {Object.entries(data).map(([key, value]) => [
            <dt key={`${key} name`}>{key}</dt>,
            <dd key={key} className="mono log-value">
              {String(value)}
            </dd>,
          ])}
        </dl>
      </div>
      <div className="row row-wrap">
        <CopyButton text={JSON.stringify(row, null, 2)} target={() => body.current} />
        {page !== null && (
          <a className="button" data-kind="quiet" href={page}>
            {text.page}
          </a>
        )}
      </div>
    </div>
  );
}

function PlainRow(props: {
  row: LogView;
  open: boolean;
  source: boolean;
  fresh: RefObject<number | null>;
  onToggle: (id: number) => void;
}): ReactNode {
  const { row, open } = props;
  const tone = TONES[row.level];
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <div className="log" data-tone={tone} data-level={row.level}>
      <button
        type="button"
        className="log-row"
        data-source={props.source || undefined}
        aria-expanded={open}
        onClick={() => props.onToggle(row.id)}
      >
        <span className="log-time num">
          <span className="log-day">{formatDay(row.at)} </span>
          {formatExactTime(row.at)}
        </span>
        <span className="log-level">
          {tone !== 'normal' && <StateIcon tone={tone} size={16} />}
          {levelWords[row.level]}
        </span>
        {props.source && <span className="log-source mono clip">{row.source}</span>}
        <span className="log-words">{wordsOf(row)}</span>
        <Chevron className="log-chevron" size={18} aria-hidden="true" />
      </button>
      {open && <Details row={row} fresh={props.fresh} />}
    </div>
  );
}
const LogRow = memo(PlainRow);

/** Log entries as they come, newest at the end; one opens to show its data and what to do. `source` shows where each is from. */
export function LogTail(props: {
  label: string;
  rows: readonly LogView[];
  source: boolean;
  heldAt: number | null;
  onHold: (id: number) => void;
  onFollow: () => void;
}): ReactNode {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  /** The entry that was opened just now, so that its details are brought into sight once. */
  const fresh = useRef<number | null>(null);
  const toggle = useCallback((id: number) => {
    setOpened((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const { onHold, rows } = props;
  const newest = rows.at(-1)?.id;
  const toggleAndHold = useCallback(
    (id: number) => {
      if (props.heldAt === null && newest !== undefined) onHold(newest); // by keyboard too: what is read must stand still
      fresh.current = id;
      toggle(id);
    },
    [toggle, onHold, props.heldAt, newest],
  );
  return (
    <TailList
      label={props.label}
      rows={rows}
      rowId={rowId}
      estimate={49}
      heldAt={props.heldAt}
      onHold={onHold}
      onFollow={props.onFollow}
      render={(row) => (
        <LogRow row={row} open={opened.has(row.id)} source={props.source} fresh={fresh} onToggle={toggleAndHold} />
      )}
    />
  );
}
