import type { ReactNode, Ref } from 'react';
import type { InvocationView } from '../../../core/contract/function-views.ts';
import { CodeBlock } from '../../components/CodeBlock.tsx';
import { bytesOf } from '../../components/HexText.tsx';
import { EmptyNotice, ErrorNotice, ProblemNotice, Skeleton } from '../../components/Notices.tsx';
import { PayloadView } from '../../components/PayloadView.tsx';
import { payloadJson, payloadText, preview } from '../../components/payload-text.ts';
import { StateBadge } from '../../components/StateBadge.tsx';
import type { Problem } from '../../hooks/use-call.ts';
import { formatBytes, formatMillis } from '../../text/format.ts';
import { outcomes, tryIt as text } from '../../text/function-try.ts';
import { levelWords } from '../../text/logs.ts';

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
  return { what: [type, String(body.errorMessage)].filter((part) => part !== '').join(': '), stack: trace.join('\n') };
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

function Lines(props: { outcome: InvocationView }): ReactNode {
  const { logs } = props.outcome;
  if (logs.length === 0) return <p className="muted">{text.noLog}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
    <section className="try-lines" tabIndex={0} aria-label={text.log}>
      <ul>
        {logs.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no id, and the list never changes
          <li key={i} className="try-line">
            <span className="small muted try-level">{levelOf(line.level)}</span>
            <span className="mono small">{line.text}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Published(props: { outcome: InvocationView }): ReactNode {
  const { published } = props.outcome;
  if (published.length === 0) return <p className="muted">{text.noPublished}</p>;
  return (
    <ul>
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
    </ul>
  );
}

function Outcome(props: { outcome: InvocationView }): ReactNode {
  const { outcome } = props;
  return (
    <>
      <dl className="figures function-figures">
        <div>
          <dt>{text.times.duration}</dt>
          <dd className="num">{formatMillis(outcome.durationMs)}</dd>
        </div>
        <div>
          <dt>{text.times.waited}</dt>
          <dd className="num">{formatMillis(outcome.waitedMs)}</dd>
        </div>
        <div>
          <dt>{text.times.start}</dt>
          <dd>{outcome.cold ? text.cold : text.warm}</dd>
        </div>
      </dl>
      <h3>{text.returned}</h3>
      <Returned outcome={outcome} />
      <h3>{text.published}</h3>
      <Published outcome={outcome} />
      <h3>{text.log}</h3>
      <Lines outcome={outcome} />
      <p className="small muted">
        {text.request} <span className="mono">{outcome.requestId}</span>
      </p>
    </>
  );
}

/** What came of the last run: how it ended, how long it took, what it gave back, published and wrote. */
export function InvokeResult(props: {
  ref: Ref<HTMLElement>;
  outcome: InvocationView | null;
  busy: boolean;
  problem: Problem | null;
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
        <Skeleton rows={5} label={text.running} />
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
