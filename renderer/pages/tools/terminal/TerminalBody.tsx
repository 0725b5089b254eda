import Eraser from 'lucide-react/icons/eraser';
import Pause from 'lucide-react/icons/pause';
import Play from 'lucide-react/icons/play';
import Save from 'lucide-react/icons/save';
import { type ReactNode, useCallback, useState } from 'react';
import { IconButton } from '../../../components/Button.tsx';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { EmptyNotice, ErrorNotice } from '../../../components/Notices.tsx';
import { saveFile } from '../../../components/save-file.ts';
import { useNow } from '../../../hooks/use-now.ts';
import { useConsole } from '../../../stores/context.tsx';
import { common } from '../../../text/common.ts';
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
import { TerminalLines } from './TerminalLines.tsx';

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
  const [heldAt, setHeldAt] = useState<number | null>(null);
  const [testing, setTesting] = useState(false);
  useToolLines(session, live, (rows) => {
    if (back.add(rows)) setLines(back.lines());
  });
  const hold = useCallback((id: number) => setHeldAt(id), []);
  const follow = useCallback(() => setHeldAt(null), []);
  function change(next: View): void {
    back.show(next);
    setView(next);
    setHeldAt(null);
    setLines(back.lines());
  }
  function clear(): void {
    back.clear();
    setHeldAt(null);
    setLines(back.lines());
  }
  function save(): void {
    saveFile(`gatehouse-terminal-${fileStamp(now)}.txt`, fileText(lines), 'text/plain');
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
          <IconButton
            kind="plain"
            aria-pressed={heldAt !== null}
            icon={heldAt === null ? <Pause size={18} aria-hidden="true" /> : <Play size={18} aria-hidden="true" />}
            label={heldAt === null ? common.pause : common.resume}
            onClick={() => setHeldAt(heldAt === null ? (lines.at(-1)?.id ?? null) : null)}
          />
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
          <TerminalLines lines={lines} view={view} heldAt={heldAt} onHold={hold} onFollow={follow} />
        )}
      </div>
      {live && (
        <>
          <SendBar session={session} />
          <ModemLines session={session} lines={tool?.lines ?? null} known={tool !== undefined} onTest={() => setTesting(true)} />
        </>
      )}
      {testing && <LoopbackDialog session={session} onClose={() => setTesting(false)} />}
    </>
  );
}
