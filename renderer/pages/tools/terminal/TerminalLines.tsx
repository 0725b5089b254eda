import ArrowDownLeft from 'lucide-react/icons/arrow-down-left';
import ArrowUpRight from 'lucide-react/icons/arrow-up-right';
import Info from 'lucide-react/icons/info';
import { memo, type ReactNode, useCallback } from 'react';
import { TailList } from '../../../components/TailList.tsx';
import type { HeldRows } from '../../../hooks/use-held-rows.ts';
import { formatExactTime } from '../../../text/format.ts';
import { terminal as text } from '../../../text/tools.ts';
import type { TerminalLine, View } from './scrollback.ts';

export const terminalLineId = (line: TerminalLine): number => line.id;
const WAY = {
  in: { Icon: ArrowDownLeft, word: text.in },
  out: { Icon: ArrowUpRight, word: text.out },
  note: { Icon: Info, word: '' },
} as const;

const Line = memo(function Line(props: { line: TerminalLine; view: View }): ReactNode {
  const { line } = props;
  const { Icon, word } = WAY[line.direction];
  return (
    <div className="terminal-line" data-way={line.direction}>
      <span className="terminal-time num">{formatExactTime(line.at)}</span>
      <Icon size={14} aria-hidden="true" />
      {word !== '' && <span className="visually-hidden">{word}: </span>}
      <span className="terminal-text" data-hex={props.view === 'hex' || undefined}>
        {line.text}
      </span>
      {line.side !== '' && <span className="terminal-side">{line.side}</span>}
    </div>
  );
});

/** The lines of a terminal, newest at the end; drawn anew only where they change. */
export function TerminalLines(props: { held: HeldRows<TerminalLine>; view: View }): ReactNode {
  const { held, view } = props;
  const render = useCallback((line: TerminalLine) => <Line line={line} view={view} />, [view]);
  return (
    <TailList
      label={text.lines}
      rows={held.rows}
      rowId={terminalLineId}
      estimate={24}
      heldAt={held.heldAt}
      onHold={held.hold}
      onFollow={held.follow}
      render={render}
    />
  );
}
