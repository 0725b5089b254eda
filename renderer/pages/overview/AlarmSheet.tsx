import CircleCheck from 'lucide-react/icons/circle-check';
import type { ReactNode } from 'react';
import { Button } from '../../components/Button.tsx';
import { EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { AlarmItem, sortAlarms } from '../../frame/AlarmPanel.tsx';
import { usePanels } from '../../frame/panels.tsx';
import { rowsOf, useRows } from '../../hooks/use-table.ts';
import { alarmPanel } from '../../text/frame.ts';
import { overview } from '../../text/overview.ts';

const AT_MOST = 4;

/** The alarms that matter most; the rest is one touch away. */
export function AlarmSheet(): ReactNode {
  const table = useRows('alarms');
  const panels = usePanels();
  const alarms = sortAlarms(rowsOf(table));
  const more = alarms.length - AT_MOST;
  return (
    <section className="sheet alarm-sheet">
      <header className="sheet-head">
        <h2 className="grow">{overview.alarms.title}</h2>
        {more > 0 && (
          <Button kind="quiet" onClick={() => panels.open('alarms')}>
            {overview.alarms.more(more)}
          </Button>
        )}
      </header>
      {table.status === 'loading' ? (
        <Skeleton rows={4} />
      ) : alarms.length === 0 ? (
        <EmptyNotice icon={<CircleCheck size={28} aria-hidden="true" />} title={alarmPanel.none} body={alarmPanel.noneBody} />
      ) : (
        <ul className="alarm-sheet-list">
          {alarms.slice(0, AT_MOST).map((alarm) => (
            <AlarmItem key={alarm.id} alarm={alarm} />
          ))}
        </ul>
      )}
    </section>
  );
}
