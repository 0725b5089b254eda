import { type ReactNode, type Ref, useEffect, useState } from 'react';
import type { InvocationView } from '../../../core/contract/function-views.ts';
import { Button } from '../../components/Button.tsx';
import { CodeBlock } from '../../components/CodeBlock.tsx';
import { bytesOf } from '../../components/HexText.tsx';
import { EmptyNotice, ErrorNotice, ProblemNotice, Skeleton } from '../../components/Notices.tsx';
import { PayloadView } from '../../components/PayloadView.tsx';
import { payloadJson, payloadText, preview } from '../../components/payload-text.ts';
import { StateBadge } from '../../components/StateBadge.tsx';
import type { Problem } from '../../hooks/use-call.ts';
import { useConsole } from '../../stores/context.tsx';
import { formatBytes, formatCount, formatDuration, formatMillis } from '../../text/format.ts';
import { outcomes, tryIt as text } from '../../text/function-try.ts';
import { levelWords } from '../../text/logs.ts';

/** Where the gateway keeps the code: the same for every line of a stack, and so long that the line's number is out of sight. */
const CODE_FOLDER = /file:\/\/\S*?\/code\/[^/\s]+\//g;

/** Lambda's form of a failure: `errorMessage`, `errorType`, `stackTrace`. */
interface Failure {
  readonly what: string;
  readonly stack: string;
}

function failureOf(outcome: InvocationView): Failure | null {
  if (outcome.functionError === '') return null;
  const json = payloadJson(payloadText(outcome.payload));
  const body: unknown = json.ok ? json.value : null;
  if (typeof body !== 'object' || body === null || !('errorMessage' in body)) return null;
  const type = 'errorType' in body && typeof body.errorType === 'string' ? body.errorType : '';
  const trace = 'stackTrace' in body && Array.isArray(body.stackTrace) ? body.stackTrace : [];
  return {
    what: [type, String(body.errorMessage)].filter((part) => part !== '').join(': '),
    stack: trace.join('\n').replaceAll(CODE_FOLDER, ''),
  };
}

function Returned(props: { outcome: InvocationView }): ReactNode {
  const { outcome } = props;
  const failure = failureOf(outcome);
  if (failure === null) {
    return <PayloadView message={{ payload: outcome.payload, size: bytesOf(outcome.payload).length, truncated: false }} />;
  }
  return (
    <>
      <ErrorNotice tone="warn" what={failure.what} meaning={outcomes[outcome.functionError].meaning} />
      {failure.stack !== '' && <CodeBlock text={failure.stack} label={text.stack} maxHeight={180} />}
    </>
  );
}

const levelOf = (level: string): string => new Map<string, string>(Object.entries(levelWords)).get(level) ?? level;

/** A list that may be long; `unlisted` is how many more there were. */
function Scrolled(props: { label: string; listed: number; unlisted: number; children: ReactNode }): ReactNode {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <section className="try-lines" tabIndex={0} aria-label={props.label}>
        <ul>{props.children}</ul>
      </section>
      {props.unlisted > 0 && <p className="small muted num">{text.firstOnly(formatCount(props.listed))}</p>}
    </>
  );
}

function Lines(props: { outcome: InvocationView }): ReactNode {
  const { logs, unlisted } = props.outcome;
  if (logs.length === 0) return <p className="muted">{text.noLog}</p>;
  return (
    <Scrolled label={text.log} listed={logs.length} unlisted={unlisted.logs}>
      {logs.map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no id, and the list never changes
        <li key={i} className="try-line">
          <span className="small muted try-level">{levelOf(line.level)}</span>
          <span className="mono small">{line.text}</span>
        </li>
      ))}
    </Scrolled>
  );
}

function Published(props: { outcome: InvocationView }): ReactNode {
  const { published, unlisted } = props.outcome;
  if (published.length === 0) return <p className="muted">{text.noPublished}</p>;
  return (
    <Scrolled label={text.published} listed={published.length} unlisted={unlisted.published}>
      {published.map((one, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was published has no id, and the list never changes
        <li key={i} className="try-published">
          <p className="row small">
            <span className="mono grow function-topic">{one.topic}</span>
            <span className="num muted">{formatBytes(one.size)}</span>
          </p>
          <p className="mono small clip">{preview(one.payload)}</p>
        </li>
      ))}
    </Scrolled>
  );
}

/** How long it took and waited; where it broke off nobody knows when it had begun. */
function Times(props: { outcome: InvocationView }): ReactNode {
  const { outcome } = props;
  const isKnown = outcome.functionError !== 'Unhandled' || outcome.durationMs > 0;
  return (
    <dl className="figures function-figures">
      {isKnown && (
        <div>
          <dt>{text.times.duration}</dt>
          <dd className="num">{formatMillis(outcome.durationMs)}</dd>
        </div>
      )}
      <div>
        <dt>{isKnown ? text.times.waited : text.times.whole}</dt>
        <dd className="num">{formatMillis(outcome.waitedMs)}</dd>
      </div>
      <div>
        <dt>{text.times.start}</dt>
        <dd>{outcome.cold ? text.cold : text.warm}</dd>
      </div>
    </dl>
  );
}

function Outcome(props: { outcome: InvocationView }): ReactNode {
  const { outcome } = props;
  const { logs, published, unlisted } = outcome;
  const titled = (title: string, count: number): string => (count > 1 ? text.of(title, formatCount(count)) : title);
  return (
    <>
      <Times outcome={outcome} />
      <h3>{text.returned}</h3>
      <Returned outcome={outcome} />
      <h3>{titled(text.published, published.length + unlisted.published)}</h3>
      <Published outcome={outcome} />
      <h3>{titled(text.log, logs.length + unlisted.logs)}</h3>
      <Lines outcome={outcome} />
      <p className="small muted">
        {text.request} <span className="mono">{outcome.requestId}</span>
      </p>
    </>
  );
}

/** How long it runs already, and the way to wait no longer. */
function Running(props: { timeoutMs: number; onStop: () => void }): ReactNode {
  const { clock } = useConsole();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => clock.every(1000, () => setSeconds((count) => count + 1)), [clock]);
  return (
    <div className="sheet-body stack">
      <div className="row row-wrap">
        <p className="grow small num">{text.runningFor(formatDuration(seconds * 1000), formatMillis(props.timeoutMs))}</p>
        <Button onClick={props.onStop}>{text.stop}</Button>
      </div>
      <Skeleton rows={4} label={text.running} />
    </div>
  );
}

/** What came of the last run: how it ended, how long it took, what it gave back, published and wrote. */
export function InvokeResult(props: {
  ref: Ref<HTMLElement>;
  outcome: InvocationView | null;
  busy: boolean;
  /** Nobody waits for the last run any more. */
  isStopped: boolean;
  problem: Problem | null;
  /** How long the function may take. */
  timeoutMs: number;
  onStop: () => void;
}): ReactNode {
  const { outcome, busy, problem } = props;
  return (
    <section className="sheet" ref={props.ref} aria-live="polite" aria-busy={busy}>
      <header className="sheet-head">
        <h2 className="grow">{text.result}</h2>
        {outcome && (
          <StateBadge
            tone={outcome.functionError === '' ? 'normal' : outcome.functionError === 'Handled' ? 'warn' : 'fault'}
            label={outcomes[outcome.functionError].label}
            size="s"
          />
        )}
      </header>
      {busy ? (
        <Running timeoutMs={props.timeoutMs} onStop={props.onStop} />
      ) : props.isStopped ? (
        <EmptyNotice title={text.stopped} body={text.stoppedBody} />
      ) : problem ? (
        <div className="sheet-body stack">
          <ProblemNotice problem={problem} />
        </div>
      ) : outcome ? (
        <div className="sheet-body stack">
          <Outcome outcome={outcome} />
        </div>
      ) : (
        <EmptyNotice title={text.noResult} body={text.noResultBody} />
      )}
    </section>
  );
}
