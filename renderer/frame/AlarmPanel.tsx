import Check from 'lucide-react/icons/check';
import CircleCheck from 'lucide-react/icons/circle-check';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { AlarmView } from '../../core/contract/views.ts';
import { Button } from '../components/Button.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { Ago, EmptyNotice, Skeleton } from '../components/Notices.tsx';
import { StateBadge } from '../components/StateBadge.tsx';
import { PRIORITY_TONE } from '../components/tone.ts';
import { useCall } from '../hooks/use-call.ts';
import { hrefOfParty } from '../hooks/use-route.ts';
import { rowsOf, useRows } from '../hooks/use-table.ts';
import { common } from '../text/common.ts';
import { formatCount } from '../text/format.ts';
import { alarmPanel, frame } from '../text/frame.ts';
import './alarms.css';
import { usePanels } from './panels.tsx';

const RANK = { critical: 0, high: 1, low: 2 } as const;

/** New ones first, then by priority, then the newest. */
export function sortAlarms(alarms: readonly AlarmView[]): AlarmView[] {
  return [...alarms].sort(
    (a, b) => Number(a.acknowledged) - Number(b.acknowledged) || RANK[a.priority] - RANK[b.priority] || b.firstAt - a.firstAt,
  );
}

/** One alarm: what happened, what to do, since when; new ones can be acknowledged. */
export function AlarmItem(props: { alarm: AlarmView; onLeave?: () => void }): ReactNode {
  const { alarm } = props;
  const { run, busy } = useCall('alarm.acknowledge', { done: alarmPanel.done });
  const link = hrefOfParty(alarm.source);
  return (
    <li className="alarm" data-tone={PRIORITY_TONE[alarm.priority]} data-fresh={!alarm.acknowledged || undefined}>
      <div className="alarm-head">
        <StateBadge tone={PRIORITY_TONE[alarm.priority]} label={alarmPanel.priority[alarm.priority]} size="s" />
        <span className="small muted">
          <Ago at={alarm.firstAt} />
          {alarm.count > 1 && <span className="num"> · {alarmPanel.count(formatCount(alarm.count))}</span>}
        </span>
        {alarm.acknowledged && (
          <span className="small muted alarm-ack">
            <Check size={14} aria-hidden="true" /> {alarmPanel.acknowledged}
          </span>
        )}
      </div>
      <p className="alarm-message">{alarm.message}</p>
      <p className="alarm-remedy">
        <strong>{common.whatToDo}:</strong> {alarm.remedy}
      </p>
      <div className="alarm-actions">
        {!alarm.acknowledged && (
          <Button busy={busy} onClick={() => void run({ id: alarm.id })}>
            {alarmPanel.acknowledge}
          </Button>
        )}
        {link !== null && (
          <a className="button" data-kind="quiet" href={link} onClick={props.onLeave}>
            {alarmPanel.show}
          </a>
        )}
      </div>
    </li>
  );
}

/** All active alarms, from the header. */
export function AlarmPanel(): ReactNode {
  const panels = usePanels();
  const table = useRows('alarms');
  const alarms = sortAlarms(rowsOf(table));
  const fresh = alarms.filter((alarm) => !alarm.acknowledged);
  const { run, busy } = useCall('alarm.acknowledge');
  return (
    <Dialog
      open={panels.current === 'alarms'}
      title={alarmPanel.title}
      onClose={panels.close}
      side
      actions={
        fresh.length > 1 ? (
          <Button
            busy={busy}
            onClick={() => {
              for (const alarm of fresh) void run({ id: alarm.id });
            }}
          >
            {alarmPanel.acknowledgeAll}
          </Button>
        ) : undefined
      }
    >
      {table.status === 'loading' ? (
        <Skeleton rows={4} />
      ) : alarms.length === 0 ? (
        <EmptyNotice icon={<CircleCheck size={28} aria-hidden="true" />} title={alarmPanel.none} body={alarmPanel.noneBody} />
      ) : (
        <ul className="alarm-list">
          {alarms.map((alarm) => (
            <AlarmItem key={alarm.id} alarm={alarm} onLeave={panels.close} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

/** Reads a new alarm aloud at once, wherever the person is. Those that were there at the start are not read. */
export function AlarmAnnouncer(): ReactNode {
  const table = useRows('alarms');
  const known = useRef<ReadonlySet<string> | null>(null);
  const [message, setMessage] = useState('');
  useEffect(() => {
    if (table.status !== 'live') return;
    const before = known.current;
    known.current = new Set(table.order);
    if (!before) return;
    const newest = sortAlarms(rowsOf(table)).find((alarm) => !before.has(alarm.id));
    if (newest) setMessage(frame.alarms.announce(newest.message));
  }, [table]);
  return (
    <p className="visually-hidden" role="alert">
      {message}
    </p>
  );
}
