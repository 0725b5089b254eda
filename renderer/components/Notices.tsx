import { type ReactNode, useEffect, useState } from 'react';
import type { Problem } from '../hooks/use-call.ts';
import { useNow } from '../hooks/use-now.ts';
import { useConsole } from '../stores/context.tsx';
import { common } from '../text/common.ts';
import { formatAgo, formatDateTime } from '../text/format.ts';
import './notices.css';
import { StateIcon } from './StateBadge.tsx';
import type { Tone } from './tone.ts';

/** What an ordinary first connection never takes. */
const CONNECT_MS = 3000;

/** Grey bars in the place of what is coming. `rows` of them, or one block of `height`. */
export function Skeleton(props: { rows?: number; height?: number; label?: string }): ReactNode {
  const bars = props.height === undefined ? Array.from({ length: props.rows ?? 3 }, (_, i) => i) : [0];
  return (
    <div className="skeleton" role="status" aria-label={props.label ?? common.loading}>
      {bars.map((bar) => (
        <span key={bar} className="skeleton-bar" style={props.height === undefined ? {} : { height: props.height }} />
      ))}
    </div>
  );
}

/** Nothing to show, and why or what to do about it. `page` makes it the heading of a page that has nothing else. */
export function EmptyNotice(props: {
  title: string;
  body?: string;
  icon?: ReactNode;
  action?: ReactNode;
  page?: boolean;
}): ReactNode {
  return (
    <div className="empty">
      {props.icon}
      {props.page ? <h1 className="empty-title">{props.title}</h1> : <p className="empty-title">{props.title}</p>}
      {props.body !== undefined && <p className="muted">{props.body}</p>}
      {props.action}
    </div>
  );
}

/** What happened, what it means here, what to do next. */
export function ErrorNotice(props: {
  what: string;
  meaning?: string;
  remedy?: string;
  tone?: Tone;
  at?: number;
  action?: ReactNode;
}): ReactNode {
  const tone = props.tone ?? 'fault';
  return (
    <div className="notice" data-tone={tone}>
      <StateIcon tone={tone} size={20} />
      <div className="notice-text">
        <p className="notice-what">{props.what}</p>
        {props.meaning !== undefined && props.meaning !== '' && <p>{props.meaning}</p>}
        {props.remedy !== undefined && props.remedy !== '' && (
          <p>
            <strong>{common.whatToDo}:</strong> {props.remedy}
          </p>
        )}
        {props.at !== undefined && (
          <p className="small notice-at">
            <Ago at={props.at} />
          </p>
        )}
      </div>
      {props.action}
    </div>
  );
}

export function ProblemNotice(props: { problem: Problem; action?: ReactNode }): ReactNode {
  return (
    <div role="alert">
      <ErrorNotice what={props.problem.what} remedy={props.problem.remedy} action={props.action} />
    </div>
  );
}

/** Above what is shown from before the connection was lost. */
export function StaleBanner(): ReactNode {
  const { time } = useConsole();
  const now = useNow();
  const [since] = useState(() => time.store.getState().now);
  return (
    <div className="stale" data-tone="lost" role="status">
      <StateIcon tone="lost" size={20} />
      <p>
        <strong>{common.stale.title}.</strong> {common.stale.body}{' '}
        <span className="num" aria-hidden="true">
          {common.stale.since(formatAgo(since, now))}
        </span>
      </p>
    </div>
  );
}

/** Above an empty page while the first connection takes longer than it should. */
export function ConnectingBanner(): ReactNode {
  const { clock } = useConsole();
  const [late, setLate] = useState(false);
  useEffect(() => clock.after(CONNECT_MS, () => setLate(true)), [clock]);
  if (!late) return null;
  return (
    <div className="stale" data-tone="lost" role="status">
      <StateIcon tone="lost" size={20} />
      <p>
        <strong>{common.connecting.title}.</strong> {common.connecting.body}
      </p>
    </div>
  );
}

/** How long ago something was, counting on; the full date is its tooltip. What is newer than the last tick is now. */
export function Ago(props: { at: number | null; empty?: string }): ReactNode {
  const now = useNow();
  if (props.at === null) return <span className="muted">{props.empty ?? common.never}</span>;
  return (
    <time className="num" dateTime={new Date(props.at).toISOString()} title={formatDateTime(props.at)}>
      {formatAgo(Math.min(props.at, now), now)}
    </time>
  );
}
