import History from 'lucide-react/icons/history';
import type { ReactNode } from 'react';
import type { DeploymentView } from '../../../core/contract/views.ts';
import { BackLink } from '../../components/BackLink.tsx';
import { ErrorNotice, ProblemNotice, Skeleton } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { useQuery } from '../../hooks/use-call.ts';
import { deployments as text } from '../../text/deployments.ts';
import { formatCount } from '../../text/format.ts';
import { ChangeList } from './ChangeList.tsx';
import { VersionFacts, VersionText } from './RunningSheet.tsx';
import { VERSION_TONE } from './VersionList.tsx';

function Compare(props: { version: number }): ReactNode {
  const document = useQuery('deployment.text', { version: props.version });
  const check = useQuery('deployment.validate', document.data ? { text: document.data.text } : null);
  const problem = document.problem ?? check.problem;
  if (problem) return <ProblemNotice problem={problem} />;
  if (!check.data) return <Skeleton rows={3} />;
  const fault = check.data.faults[0];
  if (fault)
    return (
      <ErrorNotice tone="warn" what={text.cannotCompare} meaning={`${fault.path}: ${fault.message}`} remedy={fault.remedy} />
    );
  if (check.data.changes.length === 0) return <p className="muted">{text.same}</p>;
  return (
    <>
      <p className="muted">{text.compareIntro}</p>
      <ChangeList changes={check.data.changes} />
    </>
  );
}

/** One version: its facts, how it differs from what runs now, its text; and the way to bring it back. */
export function VersionPage(props: { row: DeploymentView; running: boolean }): ReactNode {
  const { row } = props;
  return (
    <div className="page">
      <div className="page-head">
        <BackLink href="#/deployments" label={text.back} />
        <div className="grow version-title">
          <h1 className="clip">{text.version(formatCount(row.version))}</h1>
          {row.state === 'previous' ? (
            <span className="small muted">{text.states.previous}</span>
          ) : (
            <StateBadge tone={VERSION_TONE[row.state]} label={text.states[row.state]} size="s" />
          )}
        </div>
        {!props.running && (
          <a className="button" data-kind="primary" href={`#/deployments/new?from=${row.version}`} title={text.againHint}>
            <History size={18} aria-hidden="true" />
            {text.again}
          </a>
        )}
      </div>
      <section className="sheet" aria-label={text.version(formatCount(row.version))}>
        <VersionFacts row={row} />
      </section>
      {!props.running && (
        <section className="sheet">
          <header className="sheet-head">
            <h2>{text.compare}</h2>
          </header>
          <div className="sheet-body stack">
            <Compare version={row.version} />
          </div>
        </section>
      )}
      <section className="sheet">
        <header className="sheet-head">
          <h2>{text.document}</h2>
        </header>
        <VersionText version={row.version} />
      </section>
    </div>
  );
}
