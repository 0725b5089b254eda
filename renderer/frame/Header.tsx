import Bell from 'lucide-react/icons/bell';
import BellRing from 'lucide-react/icons/bell-ring';
import Settings from 'lucide-react/icons/settings-2';
import type { ReactNode } from 'react';
import type { GatewayView } from '../../core/contract/views.ts';
import { IconButton } from '../components/Button.tsx';
import { StateIcon } from '../components/StateBadge.tsx';
import { LINK_TONE, PRIORITY_TONE, type Tone } from '../components/tone.ts';
import { useNow } from '../hooks/use-now.ts';
import { rowsOf, useRow, useRows } from '../hooks/use-table.ts';
import { formatCount, formatDateTime, formatDay, formatDuration, formatTime } from '../text/format.ts';
import { frame } from '../text/frame.ts';
import { usePanels } from './panels.tsx';

function Chip(props: {
  label: string;
  value: ReactNode;
  detail?: ReactNode;
  tone?: Tone;
  className: string;
  /** Said after the visible text to those who do not see what a touch opens. */
  hint: string;
  href?: string;
  onOpen?: () => void;
}): ReactNode {
  const tone = props.tone ?? 'normal';
  const body = (
    <>
      <span className="chip-label">{props.label}</span>
      <span className="chip-value num">
        {tone !== 'normal' && <StateIcon tone={tone} size={16} />}
        <span className="chip-word">{props.value}</span>
        {props.detail !== undefined && <span className="chip-detail">{props.detail}</span>}
      </span>
      <span className="visually-hidden">{props.hint}</span>
    </>
  );
  const shared = { className: `chip ${props.className}`, 'data-tone': tone };
  if (props.href !== undefined) {
    return (
      <a href={props.href} {...shared}>
        {body}
      </a>
    );
  }
  return (
    <button type="button" onClick={props.onOpen} {...shared}>
      {body}
    </button>
  );
}

function Clock(): ReactNode {
  const now = useNow();
  return (
    <time className="clock num" dateTime={new Date(now).toISOString()} title={formatDateTime(now)}>
      <span className="clock-time">{formatTime(now)}</span>
      <span className="clock-day">{formatDay(now)}</span>
    </time>
  );
}

function CloudChips(props: { gateway: GatewayView }): ReactNode {
  const { link, backlog } = props.gateway;
  const now = useNow();
  const panels = usePanels();
  const word = frame.cloud.states[link.state];
  const oldest = backlog.oldestAt === null ? null : frame.backlog.oldest(formatDuration(now - backlog.oldestAt));
  const count = backlog.count === 0 ? frame.backlog.empty : formatCount(backlog.count);
  const waits = backlog.count > 0 && link.state === 'offline';
  return (
    <>
      <Chip
        className="chip-cloud"
        label={frame.cloud.label}
        value={word}
        detail={link.state === 'not-configured' ? undefined : frame.cloud.since(formatDuration(now - link.since))}
        tone={LINK_TONE[link.state]}
        hint={frame.cloud.hint}
        onOpen={() => panels.open('link')}
      />
      <Chip
        className="chip-backlog"
        label={frame.backlog.label}
        value={count}
        detail={oldest ?? undefined}
        tone={waits ? 'lost' : 'normal'}
        hint={frame.backlog.hint}
        href="#/data"
      />
    </>
  );
}

function DeploymentChip(props: { deployment: GatewayView['deployment'] }): ReactNode {
  const { version, name, state } = props.deployment;
  const value = state === 'none' ? frame.deployment.none : frame.deployment.version(version);
  const word = frame.deployment.states[state];
  return (
    <Chip
      className="chip-deployment"
      label={frame.deployment.label}
      value={value}
      detail={state === 'none' ? undefined : state === 'running' ? name : word}
      tone={state === 'failed' ? 'fault' : state === 'applying' ? 'check' : 'normal'}
      hint={frame.deployment.hint(word)}
      href="#/deployments"
    />
  );
}

function AlarmChip(): ReactNode {
  const alarms = rowsOf(useRows('alarms'));
  const panels = usePanels();
  const fresh = alarms.filter((alarm) => !alarm.acknowledged);
  const worst = (['critical', 'high', 'low'] as const).find((priority) => alarms.some((alarm) => alarm.priority === priority));
  const tone = worst ? PRIORITY_TONE[worst] : 'normal';
  const Icon = fresh.length > 0 ? BellRing : Bell;
  return (
    <button
      type="button"
      className="alarm-chip"
      data-tone={tone}
      data-fresh={fresh.length > 0 || undefined}
      onClick={() => panels.open('alarms')}
    >
      <Icon size={20} aria-hidden="true" />
      <span className="alarm-count num">{alarms.length}</span>
      <span className="alarm-word" aria-hidden="true">
        {frame.alarms.label}
      </span>
      <span className="visually-hidden">{frame.alarms.hint(fresh.length)}</span>
    </button>
  );
}

/** Always there: where one is, the time, the cloud, what waits, what runs, what needs somebody. */
export function Header(): ReactNode {
  const gateway = useRow('gateway', 'gateway');
  const panels = usePanels();
  return (
    <header className="header">
      <div className="brand">
        <span className="brand-site clip">{gateway?.site ?? frame.product}</span>
        <span className="brand-name clip">
          {gateway?.gatewayName ?? ''}
          {gateway?.demo && <span className="brand-demo">{frame.demo}</span>}
        </span>
      </div>
      <section className="chips" aria-label={frame.status}>
        {gateway && (
          <>
            <CloudChips gateway={gateway} />
            <DeploymentChip deployment={gateway.deployment} />
          </>
        )}
      </section>
      <Clock />
      <AlarmChip />
      <IconButton
        className="header-menu"
        icon={<Settings size={20} aria-hidden="true" />}
        label={frame.menu.open}
        onClick={() => panels.open('settings')}
      />
    </header>
  );
}
