import ArrowRight from 'lucide-react/icons/arrow-right';
import type { ReactNode } from 'react';
import type { DocumentFault } from '../../../core/contract/views.ts';
import { EmptyNotice, ProblemNotice, Skeleton } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { common } from '../../text/common.ts';
import { editor as text } from '../../text/deployments.ts';
import { formatCount } from '../../text/format.ts';
import { ChangeList } from './ChangeList.tsx';
import type { Validation } from './use-validation.ts';

function Fault(props: { fault: DocumentFault; onJump: (line: number, column: number | null) => void }): ReactNode {
  const { fault } = props;
  const { line, column } = fault;
  const body = (
    <>
      <span className="fault-place">
        <span className="mono">{fault.path}</span>
        {line !== null && (
          <span className="num fault-line">
            {text.place(line, column)} <ArrowRight size={14} aria-hidden="true" />
          </span>
        )}
      </span>
      <span>{fault.message}</span>
      <span className="small fault-remedy">
        {common.whatToDo}: {fault.remedy}
      </span>
    </>
  );
  if (line === null) return <li className="document-fault">{body}</li>;
  return (
    <li>
      <button type="button" className="document-fault" onClick={() => props.onJump(line, column)}>
        {body}
      </button>
    </li>
  );
}

/** What the check of a document says: mistakes with their places, or what would change. */
export function CheckSheet(props: { validation: Validation; onJump: (line: number, column: number | null) => void }): ReactNode {
  const { checked, checking, problem } = props.validation;
  const faults = checked?.result.faults ?? [];
  return (
    <div className="sheet check-sheet">
      <header className="sheet-head">
        <h2 className="grow">{checked && faults.length === 0 ? text.differences : text.check}</h2>
        <span role="status">
          {checking ? (
            <StateBadge tone="starting" label={text.checking} size="s" />
          ) : checked ? (
            faults.length > 0 ? (
              <StateBadge tone="fault" label={text.faults(formatCount(faults.length))} size="s" />
            ) : (
              <StateBadge tone="normal" label={text.fine} size="s" />
            )
          ) : null}
        </span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <section className="scroll-body" tabIndex={0} aria-label={text.check}>
        {problem && <ProblemNotice problem={problem} />}
        {checked ? (
          faults.length > 0 ? (
            <ul>
              {faults.map((fault, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a place can have several mistakes
                <Fault key={`${fault.path} ${index}`} fault={fault} onJump={props.onJump} />
              ))}
            </ul>
          ) : (
            <ChangeList changes={checked.result.changes} />
          )
        ) : checking ? (
          <Skeleton rows={3} />
        ) : (
          problem === null && <EmptyNotice title={text.empty} body={text.emptyBody} />
        )}
      </section>
    </div>
  );
}
