import Eraser from 'lucide-react/icons/eraser';
import Save from 'lucide-react/icons/save';
import { type ReactNode, useState } from 'react';
import { IconButton } from '../../../components/Button.tsx';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { HoldButton } from '../../../components/HoldButton.tsx';
import { EmptyNotice, ErrorNotice } from '../../../components/Notices.tsx';
import { saveFile } from '../../../components/save-file.ts';
import { useHeldRows } from '../../../hooks/use-held-rows.ts';
import { useNow } from '../../../hooks/use-now.ts';
import { useConsole } from '../../../stores/context.tsx';
import { formatBytes, formatCount, formatExactTime } from '../../../text/format.ts';
import { terminal as text } from '../../../text/tools.ts';
import { fileStamp } from '../file-stamp.ts';
import type { ToolBodyProps } from '../line/LineTool.tsx';
import { useToolLines } from '../line/use-tool-lines.ts';
import { LoopbackDialog } from './LoopbackDialog.tsx';
import { ModemLines } from './ModemLines.tsx';
import { SendBar } from './SendBar.tsx';
import { createScrollback, type TerminalLine, type View } from './scrollback.ts';
import './terminal.css';
import { TerminalLines, terminalLineId } from './TerminalLines.tsx';

const SIGN = { in: '<', out: '>', note: '#' } as const;
const fileText = (lines: readonly TerminalLine[]): string =>
  lines.map(({ at, direction, text: words }) => `${formatExactTime(at)} ${SIGN[direction]} ${words}\n`).join('');

/** What the line says, and what is sent to it. */
export function TerminalBody(props: ToolBodyProps): ReactNode {
  const { session, live, view: tool } = props;
  const { toasts } = useConsole();
  const now = useNow(60_000);
  const [back] = useState(createScrollback);
  const [lines, setLines] = useState<readonly TerminalLine[]>([]);
  const [view, setView] = useState<View>('text');
  const [testing, setTesting] = useState(false);
  useToolLines(session, live, (rows) => {
    if (back.add(rows)) setLines(back.lines());
  });
  const held = useHeldRows(lines, terminalLineId);
  function change(next: View): void {
    back.show(next);
    setView(next);
    held.follow();
    setLines(back.lines());
  }
  function clear(): void {
    back.clear();
    held.follow();
    setLines(back.lines());
  }
  function save(): void {
    saveFile(`gatehouse-terminal-${fileStamp(now)}.txt`, fileText(held.rows), 'text/plain');
    toasts.say(text.saved);
  }
  return (
    <>
      <div className="tool-head">
        <span className="small muted tool-label" aria-hidden="true">
          {text.view}
        </span>
        <SegmentedControl
          label={text.view}
          value={view}
          choices={(['text', 'hex'] as const).map((value) => ({ value, label: text.views[value] }))}
          onChange={change}
        />
        <span className="small muted num grow">
          {tool && text.figures(formatBytes(tool.bytesIn), formatBytes(tool.bytesOut))}
        </span>
        <div className="row">
          <HoldButton isHeld={held.heldAt !== null} onToggle={held.toggle} />
          <IconButton kind="plain" icon={<Eraser size={18} aria-hidden="true" />} label={text.clear} onClick={clear} />
          <IconButton
            kind="plain"
            icon={<Save size={18} aria-hidden="true" />}
            label={text.save}
            disabled={lines.length === 0}
            onClick={save}
          />
        </div>
      </div>
      {back.missed > 0 && <ErrorNotice tone="warn" what={text.missed(formatCount(back.missed))} />}
      <div className="sheet terminal-sheet">
        {lines.length === 0 ? (
          <EmptyNotice title={text.empty} body={text.emptyBody} />
        ) : (
          <TerminalLines held={held} view={view} />
        )}
      </div>
      {live && (
        <>
          <SendBar session={session} lost={tool?.state === 'lost'} />
          <ModemLines session={session} view={tool} onTest={() => setTesting(true)} />
        </>
      )}
      {testing && <LoopbackDialog session={session} onClose={() => setTesting(false)} />}
    </>
  );
}
