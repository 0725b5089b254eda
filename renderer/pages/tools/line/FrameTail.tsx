import { memo, type ReactNode } from 'react';
import type { ToolLineView } from '../../../../core/contract/field-views.ts';
import { bytesOf, hexOf } from '../../../components/HexText.tsx';
import { StateIcon } from '../../../components/StateBadge.tsx';
import { TailList } from '../../../components/TailList.tsx';
import type { HeldRows } from '../../../hooks/use-held-rows.ts';
import { formatExactTime, formatMillis } from '../../../text/format.ts';
import { sniffer as text } from '../../../text/modbus-tool.ts';
import './frame-tail.css';
import { lineId } from './use-kept-lines.ts';

/** Gaps longer than this are said as time of day only. */
const GAP_MOST_US = 60_000_000;

const Row = memo(function Row(props: { row: ToolLineView }): ReactNode {
  const { row } = props;
  const odd = row.faulty || row.role === 'late' || row.role === 'duplicate' || row.role === 'noise';
  const tone = row.faulty || row.role === 'noise' ? 'fault' : odd ? 'warn' : 'normal';
  const role = row.direction === 'note' ? text.note : row.role === 'text' ? text.way[row.direction] : text.role[row.role];
  return (
    <div className="tool-frame" data-tone={tone} data-role={row.role} data-way={row.direction}>
      <span className="tool-frame-time num">
        {formatExactTime(row.at)}
        {row.gapUs > 0 && row.gapUs < GAP_MOST_US && <span className="muted"> {text.gap(formatMillis(row.gapUs / 1000))}</span>}
      </span>
      <span className="tool-frame-role">
        {odd && <StateIcon tone={tone} size={14} />}
        {role}
        {row.responseMs !== null && <span className="muted num"> {text.after(formatMillis(row.responseMs))}</span>}
      </span>
      <span className="tool-frame-words">{row.decoded}</span>
      <span className="tool-frame-hex mono">{hexOf(bytesOf(row.bytes))}</span>
    </div>
  );
});
const render = (row: ToolLineView): ReactNode => <Row row={row} />;

/**
 * Frames as they pass: time and gap, question or answer, what it means, and the bytes. Stands still while touched. `rows`: those of `held`,
 * or a part of them.
 */
export function FrameTail(props: { label: string; held: HeldRows<ToolLineView>; rows?: readonly ToolLineView[] }): ReactNode {
  const { held } = props;
  return (
    <TailList
      label={props.label}
      rows={props.rows ?? held.rows}
      rowId={lineId}
      estimate={46}
      heldAt={held.heldAt}
      onHold={held.hold}
      onFollow={held.follow}
      render={render}
    />
  );
}
