import type { ReactNode } from 'react';
import type { DeploymentView } from '../../../core/contract/views.ts';
import { StateBadge } from '../../components/StateBadge.tsx';
import type { Tone } from '../../components/tone.ts';
import { useNow } from '../../hooks/use-now.ts';
import { href } from '../../hooks/use-route.ts';
import { deployments as text } from '../../text/deployments.ts';
import { formatCount, formatWhen } from '../../text/format.ts';

export const VERSION_TONE: Readonly<Record<DeploymentView['state'], Tone>> = {
  running: 'normal',
  previous: 'normal',
  failed: 'fault',
};

/** Every version that was ever applied, the newest on top. */
export function VersionList(props: { rows: readonly DeploymentView[] }): ReactNode {
  const now = useNow(10_000);
  return (
    <section className="sheet versions">
      <header className="sheet-head">
        <h2>{text.history}</h2>
      </header>
      <ul>
        {props.rows.map((row) => (
          <li key={row.id} className="version" data-running={row.state === 'running' || undefined}>
            <div className="row">
              <a className="row-link grow clip" href={href('deployments', String(row.version))}>
                {text.open(formatCount(row.version), row.name)}
              </a>
              {row.state === 'previous' ? (
                <span className="small muted">{text.states.previous}</span>
              ) : (
                <StateBadge tone={VERSION_TONE[row.state]} label={text.states[row.state]} size="s" />
              )}
            </div>
            <p className="small muted num">
              {formatWhen(row.appliedAt, now)}, {text.by(row.by)}
            </p>
            {row.note !== '' && <p className="small version-note">{row.note}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
