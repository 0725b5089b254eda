import { type ReactNode, useState } from 'react';
import type { DeploymentView } from '../../../core/contract/views.ts';
import { SegmentedControl } from '../../components/Choices.tsx';
import { ProblemNotice, Skeleton } from '../../components/Notices.tsx';
import { NumberedText } from '../../components/NumberedText.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { useQuery } from '../../hooks/use-call.ts';
import { deployments as text } from '../../text/deployments.ts';
import { formatCount, formatDateTime } from '../../text/format.ts';
import { Parts } from './Parts.tsx';
import { VERSION_TONE } from './VersionList.tsx';

/** Who brought a version, when, and what is in it. */
export function VersionFacts(props: { row: DeploymentView }): ReactNode {
  const { row } = props;
  return (
    <dl className="facts sheet-body">
      <dt>{text.facts.name}</dt>
      <dd>{row.name}</dd>
      <dt>{text.facts.at}</dt>
      <dd className="num">
        {formatDateTime(row.appliedAt)}, {text.by(row.by)}
      </dd>
      <dt>{text.facts.counts}</dt>
      <dd className="num">
        {text.counts(formatCount(row.counts.devices), formatCount(row.counts.functions), formatCount(row.counts.subscriptions))}
      </dd>
      <dt>{text.facts.note}</dt>
      <dd>{row.note === '' ? <span className="muted">{text.noNote}</span> : row.note}</dd>
      <dt>{text.facts.hash}</dt>
      <dd className="mono" title={row.hash}>
        {row.hash.slice(0, 12)}
      </dd>
    </dl>
  );
}

/** The text of a version with line numbers. */
export function VersionText(props: { version: number; maxHeight?: number }): ReactNode {
  const query = useQuery('deployment.text', { version: props.version });
  if (query.problem) return <ProblemNotice problem={query.problem} />;
  if (!query.data) return <Skeleton rows={6} />;
  return (
    <NumberedText
      text={query.data.text}
      label={text.document}
      {...(props.maxHeight === undefined ? {} : { maxHeight: props.maxHeight })}
    />
  );
}

/** What runs now: its facts, its parts, its document. */
export function RunningSheet(props: { row: DeploymentView }): ReactNode {
  const { row } = props;
  const [view, setView] = useState<'parts' | 'document'>('parts');
  return (
    <div className="stack">
      <section className="sheet">
        <header className="sheet-head">
          <h2 className="grow">
            {text.running}: {text.version(formatCount(row.version))}
          </h2>
          <StateBadge tone={VERSION_TONE[row.state]} label={text.states[row.state]} size="s" />
        </header>
        <VersionFacts row={row} />
      </section>
      <section className="sheet">
        <header className="sheet-head">
          <h2 className="grow">{text.parts}</h2>
          <SegmentedControl
            label={text.view}
            value={view}
            choices={[
              { value: 'parts', label: text.views.parts },
              { value: 'document', label: text.views.document },
            ]}
            onChange={setView}
          />
        </header>
        {view === 'parts' ? (
          <div className="sheet-body">
            <Parts />
          </div>
        ) : (
          <VersionText version={row.version} />
        )}
      </section>
    </div>
  );
}
