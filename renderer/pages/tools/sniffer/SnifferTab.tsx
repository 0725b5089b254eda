import Eraser from 'lucide-react/icons/eraser';
import Save from 'lucide-react/icons/save';
import { type ReactNode, useMemo, useState } from 'react';
import type { ToolLineView } from '../../../../core/contract/field-views.ts';
import { Button, IconButton } from '../../../components/Button.tsx';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { bytesOf, hexOf } from '../../../components/HexText.tsx';
import { HoldButton } from '../../../components/HoldButton.tsx';
import { EmptyNotice, ErrorNotice } from '../../../components/Notices.tsx';
import { saveFile } from '../../../components/save-file.ts';
import { useNow } from '../../../hooks/use-now.ts';
import { useConsole } from '../../../stores/context.tsx';
import { formatCount, formatMillis } from '../../../text/format.ts';
import { sniffer as text } from '../../../text/modbus-tool.ts';
import { fileStamp } from '../file-stamp.ts';
import { FrameTail } from '../line/FrameTail.tsx';
import { LineTool, type ToolBodyProps } from '../line/LineTool.tsx';
import { useKeptLines } from '../line/use-kept-lines.ts';
import './sniffer.css';
import { heardUnits } from './sniffer-units.ts';

const KEEP = 5000;

/** So many of the newest rows tell whether the settings fit. */
const JUDGED = 20;
/** Whether the line settings are probably other ones: noise all along, as a wrong baud rate makes it. */
function isMostlyNoise(rows: readonly ToolLineView[]): boolean {
  const newest = rows.slice(-JUDGED);
  return newest.length === JUDGED && newest.filter(({ role }) => role === 'noise').length >= JUDGED * 0.9;
}

/** One JSON object a line, bytes as hex. */
const fileText = (rows: readonly ToolLineView[]): string =>
  rows
    .map(
      ({ at, bytes, ...row }) => `${JSON.stringify({ time: new Date(at).toISOString(), ...row, hex: hexOf(bytesOf(bytes)) })}\n`,
    )
    .join('');

function SnifferBody(props: ToolBodyProps): ReactNode {
  const { rows, held, missed, clear } = useKeptLines(props.session, props.live, KEEP);
  const { toasts } = useConsole();
  const now = useNow(60_000);
  const [only, setOnly] = useState<'all' | 'faulty'>('all');
  const [unit, setUnit] = useState<number | null>(null);
  const units = useMemo(() => heardUnits(rows), [rows]);
  const shown = useMemo(
    () => held.rows.filter((row) => (only === 'all' || row.faulty) && (unit === null || row.unit === unit)),
    [held.rows, only, unit],
  );
  const frames = useMemo(() => rows.filter(({ direction, role }) => direction !== 'note' && role !== 'noise').length, [rows]);
  const faulty = useMemo(() => rows.filter((row) => row.faulty).length, [rows]);
  function showAll(): void {
    setOnly('all');
    setUnit(null);
  }
  function save(): void {
    saveFile(`gatehouse-sniffer-${fileStamp(now)}.jsonl`, fileText(shown), 'application/x-ndjson');
    toasts.say(text.saved(formatCount(shown.length)));
  }
  return (
    <>
      <div className="tool-head">
        <SegmentedControl
          label={text.only}
          value={only}
          choices={[
            { value: 'all', label: text.all },
            { value: 'faulty', label: text.faulty, count: faulty },
          ]}
          onChange={setOnly}
        />
        <select
          className="input sniffer-unit"
          aria-label={text.unit}
          value={unit ?? ''}
          onChange={(event) => setUnit(event.target.value === '' ? null : Number(event.target.value))}
        >
          <option value="">{text.allUnits}</option>
          {units.map((one) => (
            <option key={one.unit} value={one.unit}>
              {text.oneUnit(one.unit)}
            </option>
          ))}
        </select>
        <span className="small muted num grow">{text.figures(formatCount(frames), formatCount(faulty))}</span>
        <div className="row">
          <HoldButton isHeld={held.heldAt !== null} onToggle={held.toggle} />
          <IconButton kind="plain" icon={<Eraser size={18} aria-hidden="true" />} label={text.clear} onClick={clear} />
          <IconButton
            kind="plain"
            icon={<Save size={18} aria-hidden="true" />}
            label={text.save}
            disabled={shown.length === 0}
            onClick={save}
          />
        </div>
      </div>
      {isMostlyNoise(rows) && <ErrorNotice tone="warn" what={text.mostlyNoise} remedy={text.mostlyNoiseRemedy} />}
      {missed > 0 && <ErrorNotice tone="warn" what={text.missed(formatCount(missed))} />}
      {units.length > 0 && (
        <ul className="sniffer-units" aria-label={text.summary}>
          {units.map((one) => (
            <li key={one.unit} className="small num">
              <strong>{text.oneUnit(one.unit)}</strong>{' '}
              {one.unit === 0
                ? text.summaryAll(formatCount(one.asked))
                : text.summaryOf(
                    formatCount(one.asked),
                    formatCount(one.answered),
                    one.p50Ms === null ? '' : text.summaryTook(formatMillis(one.p50Ms)),
                  )}
            </li>
          ))}
        </ul>
      )}
      <div className="sheet sheet-fill">
        {shown.length === 0 ? (
          rows.length === 0 ? (
            <EmptyNotice title={text.empty} body={text.emptyBody} />
          ) : (
            <EmptyNotice title={text.noMatch} action={<Button onClick={showAll}>{text.noMatchAction}</Button>} />
          )
        ) : (
          <FrameTail label={text.list} held={held} rows={shown} />
        )}
      </div>
    </>
  );
}

const Body = (props: ToolBodyProps): ReactNode => <SnifferBody key={props.session} {...props} />;

/** The sniffer: `#/tools/sniffer?port=<id>`. */
export function SnifferTab(props: { query: URLSearchParams }): ReactNode {
  return <LineTool kind="sniffer" intro={text.intro} effects={text.consent} query={props.query} Body={Body} />;
}
