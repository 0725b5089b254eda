import type { ReactNode } from 'react';
import type { FunctionView } from '../../../core/contract/views.ts';
import { Button } from '../../components/Button.tsx';
import { ProblemNotice, Skeleton } from '../../components/Notices.tsx';
import { useQuery } from '../../hooks/use-call.ts';
import { useTable } from '../../hooks/use-table.ts';
import { common } from '../../text/common.ts';
import { HowItRuns } from './HowItRuns.tsx';
import { Permissions } from './Permissions.tsx';
import { Schedules } from './Schedules.tsx';
import { Versions } from './Versions.tsx';

function Code(props: { row: FunctionView }): ReactNode {
  const { row } = props;
  const rules = useQuery('function.rules', { name: row.name });
  return (
    <div className="function-pair">
      <div className="stack">
        <Versions name={row.name} />
        {rules.data ? (
          <HowItRuns row={row} rules={rules.data} />
        ) : rules.problem ? (
          <ProblemNotice problem={rules.problem} action={<Button onClick={rules.reload}>{common.retry}</Button>} />
        ) : (
          <Skeleton rows={6} />
        )}
      </div>
      <div className="stack">
        <Schedules name={row.name} />
        {rules.data && <Permissions rules={rules.data} isolation={row.isolation} />}
      </div>
    </div>
  );
}

/** Which code runs, how, when by itself, and what it may do; read anew when another deployment runs. */
export function CodeTab(props: { row: FunctionView }): ReactNode {
  const deployment = useTable('gateway', (table) => table.byId['gateway']?.deployment.version);
  return <Code key={deployment} row={props.row} />;
}
