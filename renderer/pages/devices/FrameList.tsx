import ArrowDownLeft from 'lucide-react/icons/arrow-down-left';
import ArrowUpRight from 'lucide-react/icons/arrow-up-right';
import Pause from 'lucide-react/icons/pause';
import Play from 'lucide-react/icons/play';
import { type ReactNode, useMemo, useState } from 'react';
import type { FrameView } from '../../../core/contract/views.ts';
import { Button } from '../../components/Button.tsx';
import { SegmentedControl } from '../../components/Choices.tsx';
import { HexText } from '../../components/HexText.tsx';
import { EmptyNotice, Skeleton } from '../../components/Notices.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { VirtualList } from '../../components/VirtualList.tsx';
import { useMedia } from '../../hooks/use-media.ts';
import { rowsOf, useWatch } from '../../hooks/use-table.ts';
import { common } from '../../text/common.ts';
import { frames as text } from '../../text/devices.ts';
import { formatExactTime } from '../../text/format.ts';

const rowId = (frame: FrameView): string => String(frame.id);

function FrameRow(props: { frame: FrameView; perLine: number }): ReactNode {
  const { frame } = props;
  const incoming = frame.direction === 'in';
  return (
    <div className="frame-row" data-tone={frame.faulty ? 'fault' : 'normal'}>
      <span className="frame-time num small">{formatExactTime(frame.at)}</span>
      <span className="frame-way small">
        {incoming ? <ArrowDownLeft size={16} aria-hidden="true" /> : <ArrowUpRight size={16} aria-hidden="true" />}
        {incoming ? text.in : text.out}
      </span>
      <div className="frame-bytes">
        <HexText bytes={frame.bytes} label={incoming ? text.inName : text.outName} perLine={props.perLine} />
      </div>
      <div className="frame-decoded">
        {frame.faulty && <StateBadge tone="fault" label={text.faulty} size="s" />}
        <span>{frame.decoded}</span>
      </div>
    </div>
  );
}

/** What was on the wire beside what was decoded from it; the newest on top. Pausing keeps what is there to be read. */
export function FrameList(props: { device: string }): ReactNode {
  const table = useWatch('frames', { device: props.device });
  const perLine = useMedia('(max-width: 1180px)') ? 8 : 12;
  const [held, setHeld] = useState<readonly FrameView[] | null>(null);
  const [only, setOnly] = useState<'all' | 'faulty'>('all');
  const newest = useMemo(() => rowsOf(table).reverse(), [table]);
  const base = held ?? newest;
  const shown = useMemo(() => (only === 'all' ? base : base.filter((frame) => frame.faulty)), [base, only]);
  const top = held?.[0]?.id ?? 0;
  const newer = held ? newest.filter((frame) => frame.id > top).length : 0;
  return (
    <section className="sheet frames">
      <header className="sheet-head">
        <h2 className="grow">{text.title}</h2>
        {newer > 0 && <span className="small muted num">{text.held(newer)}</span>}
        <SegmentedControl
          label={text.only}
          value={only}
          choices={[
            { value: 'all', label: text.onlyAll },
            { value: 'faulty', label: text.onlyFaulty },
          ]}
          onChange={setOnly}
        />
        <Button
          icon={held ? <Play size={18} aria-hidden="true" /> : <Pause size={18} aria-hidden="true" />}
          aria-pressed={held !== null}
          onClick={() => setHeld(held ? null : newest)}
        >
          {held ? common.resume : common.pause}
        </Button>
      </header>
      {table.status === 'loading' ? (
        <Skeleton rows={4} />
      ) : shown.length === 0 ? (
        <EmptyNotice
          title={base.length === 0 ? text.empty : text.noFaulty}
          {...(base.length === 0 ? { body: text.emptyBody } : {})}
        />
      ) : (
        <div className="frames-list">
          <VirtualList
            label={text.list}
            rows={shown}
            rowId={rowId}
            estimate={44}
            render={(frame) => <FrameRow frame={frame} perLine={perLine} />}
          />
        </div>
      )}
    </section>
  );
}
