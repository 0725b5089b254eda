import ChevronRight from 'lucide-react/icons/chevron-right';
import CloudOff from 'lucide-react/icons/cloud-off';
import PlugZap from 'lucide-react/icons/plug-zap';
import { type ReactNode, useState } from 'react';
import type { GatewayView } from '../../../core/contract/views.ts';
import { Button } from '../../components/Button.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { LINK_TONE } from '../../components/tone.ts';
import { usePanels } from '../../frame/panels.tsx';
import { useCall } from '../../hooks/use-call.ts';
import { useNow } from '../../hooks/use-now.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from '../../text/format.ts';
import { frame, linkPanel } from '../../text/frame.ts';
import { overview } from '../../text/overview.ts';
import { BacklogChart } from './BacklogChart.tsx';
import { OutageDialog } from './OutageDialog.tsx';

const text = overview.cloud;

/** How long the backlog still takes at the rate of now; null while it does not shrink. */
export function drainMs(backlog: GatewayView['backlog']): number | null {
  const perS = backlog.outPerS - backlog.inPerS;
  return backlog.count > 0 && perS > 0 ? (backlog.count / perS) * 1000 : null;
}

function meaning(gateway: GatewayView): string {
  const { link, backlog } = gateway;
  if (link.state === 'connected') return backlog.count > 20 ? text.draining : text.steady;
  return link.state === 'offline' ? text.offlineNow : linkPanel.meaning[link.state];
}

function Figures(props: { gateway: GatewayView }): ReactNode {
  const { backlog } = props.gateway;
  const now = useNow();
  const drain = props.gateway.link.state === 'connected' ? drainMs(backlog) : null;
  return (
    <div className="cloud-figures">
      <p className="cloud-count num">
        {formatCount(backlog.count)} <span className="tile-unit">{text.waiting}</span>
      </p>
      <p className="small muted num">
        {backlog.oldestAt !== null && `${text.oldest(formatDuration(now - backlog.oldestAt))} · `}
        {backlog.count > 0 && `${text.size(formatBytes(backlog.bytes))} · `}
        {text.rates(formatRate(backlog.inPerS), formatRate(backlog.outPerS))}
        {drain !== null && backlog.count > 20 && ` · ${text.drain(formatDuration(drain))}`}
      </p>
    </div>
  );
}

function PracticeLine(props: { line: NonNullable<GatewayView['line']>; onPractise: () => void }): ReactNode {
  const { line } = props;
  const now = useNow();
  const { run, busy } = useCall('line.set', { done: text.restored });
  return (
    <footer className="cloud-line">
      <div className="grow">
        {line.state === 'up' ? (
          <span className="muted small num">{text.received(formatCount(line.received))}</span>
        ) : (
          <>
            <StateBadge tone="check" label={text.lineStates[line.state]} size="s" />{' '}
            <span className="muted small num">{text.lineFor(formatDuration(now - line.since))}</span>
          </>
        )}
      </div>
      {line.state === 'up' ? (
        <Button icon={<CloudOff size={18} aria-hidden="true" />} onClick={props.onPractise}>
          {text.practise}
        </Button>
      ) : (
        <Button
          kind="primary"
          busy={busy}
          icon={<PlugZap size={18} aria-hidden="true" />}
          onClick={() => void run({ state: 'up' })}
        >
          {text.restore}
        </Button>
      )}
    </footer>
  );
}

/** The way to the cloud: its state, what waits, how that changes, and (practice cloud) a way to try an outage. */
export function CloudSheet(props: { gateway: GatewayView }): ReactNode {
  const { gateway } = props;
  const panels = usePanels();
  const [practising, setPractising] = useState(false);
  const tone = LINK_TONE[gateway.link.state];
  return (
    <section className="tile cloud-sheet" data-tone={tone}>
      <header className="tile-head">
        <h2 className="tile-title">
          <button type="button" className="text-button" onClick={() => panels.open('link')}>
            {text.title}
          </button>
        </h2>
        <StateBadge tone={tone} label={frame.cloud.states[gateway.link.state]} size="s" />
        <a className="button cloud-data" data-kind="quiet" href="#/data">
          {text.toOutbox}
          <ChevronRight className="tile-arrow" size={18} aria-hidden="true" />
        </a>
      </header>
      <Figures gateway={gateway} />
      <BacklogChart />
      <p className="small cloud-meaning">{meaning(gateway)}</p>
      {gateway.line && <PracticeLine line={gateway.line} onPractise={() => setPractising(true)} />}
      <OutageDialog open={practising} onClose={() => setPractising(false)} />
    </section>
  );
}
