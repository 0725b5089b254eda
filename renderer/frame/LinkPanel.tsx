import type { ReactNode } from 'react';
import type { GatewayView } from '../../core/contract/views.ts';
import { Button } from '../components/Button.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { Ago, ErrorNotice, Skeleton } from '../components/Notices.tsx';
import { StateBadge } from '../components/StateBadge.tsx';
import { LINK_TONE } from '../components/tone.ts';
import { useNow } from '../hooks/use-now.ts';
import { go } from '../hooks/use-route.ts';
import { useRow } from '../hooks/use-table.ts';
import { common } from '../text/common.ts';
import { formatAgo, formatBytes, formatCount, formatDateTime, formatDuration, formatRate } from '../text/format.ts';
import { frame, linkPanel } from '../text/frame.ts';
import { usePanels } from './panels.tsx';

function Facts(props: { gateway: GatewayView }): ReactNode {
  const { link, backlog } = props.gateway;
  const now = useNow();
  return (
    <dl className="facts">
      <dt>{linkPanel.state}</dt>
      <dd>
        <StateBadge tone={LINK_TONE[link.state]} label={frame.cloud.states[link.state]} />
      </dd>
      <dt>{linkPanel.since}</dt>
      <dd className="num">
        {formatDateTime(link.since)} <span className="muted">({formatDuration(now - link.since)})</span>
      </dd>
      <dt>{linkPanel.endpoint}</dt>
      <dd className="mono">{link.endpoint || common.none}</dd>
      {link.state !== 'connected' && link.state !== 'not-configured' && (
        <>
          <dt>{linkPanel.attempts}</dt>
          <dd className="num">{formatCount(link.attempts)}</dd>
          <dt>{linkPanel.next}</dt>
          <dd className="num">
            {link.nextAttemptAt === null ? linkPanel.nextNow : formatAgo(Math.max(link.nextAttemptAt, now), now)}
          </dd>
        </>
      )}
      <dt>{linkPanel.waiting}</dt>
      <dd className="num">
        {formatCount(backlog.count)} <span className="muted">({formatBytes(backlog.bytes)})</span>
      </dd>
      <dt>{linkPanel.oldest}</dt>
      <dd>
        <Ago at={backlog.oldestAt} empty={common.none} />
      </dd>
      <dt>{linkPanel.rate}</dt>
      <dd className="num">
        {common.perSecond(formatRate(backlog.inPerS))} / {common.perSecond(formatRate(backlog.outPerS))}
      </dd>
    </dl>
  );
}

/** What the cloud link does now, what that means for the site, and what to do about it. */
export function LinkPanel(): ReactNode {
  const panels = usePanels();
  const gateway = useRow('gateway', 'gateway');
  const error = gateway?.link.lastError ?? null;
  const shown = gateway && gateway.link.state !== 'connected' ? error : null;
  return (
    <Dialog open={panels.current === 'link'} title={linkPanel.title} onClose={panels.close} side>
      {gateway ? (
        <div className="stack">
          <p>{linkPanel.meaning[gateway.link.state]}</p>
          {shown && <ErrorNotice what={shown.message} remedy={shown.remedy} at={shown.at} tone="lost" />}
          <Facts gateway={gateway} />
          <Button
            onClick={() => {
              panels.close();
              go('data');
            }}
          >
            {linkPanel.toOutbox}
          </Button>
          {gateway.line && <p className="muted small">{linkPanel.practice}</p>}
        </div>
      ) : (
        <Skeleton rows={6} />
      )}
    </Dialog>
  );
}
