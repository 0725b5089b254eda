import FilePlus from 'lucide-react/icons/file-plus';
import Pencil from 'lucide-react/icons/pencil';
import { type ReactNode, useMemo } from 'react';
import type { DeploymentView } from '../../../core/contract/views.ts';
import { Button } from '../../components/Button.tsx';
import { EmptyNotice, ErrorNotice, ProblemNotice, Skeleton } from '../../components/Notices.tsx';
import { useQuery } from '../../hooks/use-call.ts';
import { usePhone } from '../../hooks/use-media.ts';
import { go } from '../../hooks/use-route.ts';
import { rowsOf, useRow, useRows } from '../../hooks/use-table.ts';
import { deployments as text } from '../../text/deployments.ts';
import type { PageProps } from '../page.ts';
import { DocumentEditor } from './DocumentEditor.tsx';
import './deployments.css';
import { RunningSheet } from './RunningSheet.tsx';
import { VersionList } from './VersionList.tsx';
import { VersionPage } from './VersionPage.tsx';

function Home(props: { rows: readonly DeploymentView[]; running: DeploymentView | undefined }): ReactNode {
  const { rows, running } = props;
  const phone = usePhone();
  const state = useRow('gateway', 'gateway')?.deployment.state;
  return (
    <div className="page">
      <div className="page-head">
        <h1 className={phone ? 'visually-hidden' : 'grow'}>{text.title}</h1>
        {running && (
          <a className="button" href={`#/deployments/new?from=${running.version}`}>
            <Pencil size={18} aria-hidden="true" />
            {text.newFromRunning}
          </a>
        )}
        <a className="button" data-kind="primary" href="#/deployments/new">
          <FilePlus size={18} aria-hidden="true" />
          {text.new}
        </a>
      </div>
      {state === 'applying' && <ErrorNotice tone="starting" what={text.applying} meaning={text.applyingBody} />}
      {state === 'failed' && <ErrorNotice what={text.failed} meaning={text.failedMeaning} remedy={text.failedRemedy} />}
      {rows.length === 0 ? (
        <EmptyNotice
          title={text.empty}
          body={text.emptyBody}
          action={<Button onClick={() => go('deployments', 'new')}>{text.emptyAction}</Button>}
        />
      ) : (
        <div className="deployments-grid">
          {running ? <RunningSheet row={running} /> : <EmptyNotice title={text.empty} body={text.emptyBody} />}
          <VersionList rows={rows} />
        </div>
      )}
    </div>
  );
}

/** The editor, once the text it begins with is there. */
function Begin(props: { from: number | null; running: number | null; newest: number }): ReactNode {
  const { from, running, newest } = props;
  const query = useQuery('deployment.text', from === null ? null : { version: from });
  if (query.problem) {
    return (
      <div className="page">
        <ProblemNotice problem={query.problem} />
      </div>
    );
  }
  if (from !== null && !query.data) return <Skeleton rows={8} />;
  return <DocumentEditor key={from ?? 'draft'} running={running} newest={newest} start={query.data?.text ?? null} />;
}

/** `#/deployments`: what runs and the history; `/<version>`: one of them; `/new`: a new document (`?from=<version>` begins with that). */
export function DeploymentsPage(props: PageProps): ReactNode {
  const table = useRows('deployments');
  const rows = useMemo(() => rowsOf(table).sort((a, b) => b.version - a.version), [table]);
  const part = props.rest[0];
  if (table.status === 'loading') return <Skeleton rows={8} />;
  const running = rows.find((row) => row.state === 'running');
  if (part === undefined) return <Home rows={rows} running={running} />;
  if (part === 'new') {
    const from = Number(props.query.get('from') ?? Number.NaN);
    return (
      <Begin from={Number.isInteger(from) ? from : null} running={running?.version ?? null} newest={rows[0]?.version ?? 0} />
    );
  }
  const row = table.byId[part];
  if (!row) {
    return (
      <EmptyNotice
        title={text.unknown}
        body={text.unknownBody(part)}
        action={<Button onClick={() => go('deployments')}>{text.back}</Button>}
      />
    );
  }
  return <VersionPage row={row} running={row.state === 'running'} />;
}
