import type { ReactNode } from 'react';
import type { FunctionView } from '../../../core/contract/views.ts';
import { CodeBlock } from '../../components/CodeBlock.tsx';
import { Ago, ErrorNotice } from '../../components/Notices.tsx';
import { href } from '../../hooks/use-route.ts';
import { now as text } from '../../text/function-now.ts';

/** The newest error with the event that caused it; nothing where there was none. */
export function LastError(props: { row: FunctionView }): ReactNode {
  const { lastError: error, state, name } = props.row;
  if (error === null) return null;
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2 className="grow">{text.lastError}</h2>
        <span className="small muted">
          <Ago at={error.at} />
        </span>
        <a className="button" data-kind="quiet" href={href('functions', name, 'errors')}>
          {text.allErrors}
        </a>
      </header>
      <div className="sheet-body stack">
        <ErrorNotice tone={state === 'running' ? 'warn' : 'fault'} what={error.message} remedy={error.remedy} />
        <div className="function-pair">
          <div className="stack function-part">
            <h3>{text.cause}</h3>
            {error.eventTopic === null ? (
              <p className="muted">{text.noCause}</p>
            ) : (
              <>
                <p>
                  <span className="muted">{text.topic}:</span> <span className="mono function-topic">{error.eventTopic}</span>
                </p>
                {error.eventText !== null && <CodeBlock text={error.eventText} label={text.payload} wrap maxHeight={160} />}
              </>
            )}
          </div>
          {error.stack !== '' && (
            <div className="stack function-part">
              <h3>{text.stack}</h3>
              <CodeBlock text={error.stack} label={text.stack} maxHeight={200} />
            </div>
          )}
        </div>
      </div>
    </section>
  );
}
