import Eraser from 'lucide-react/icons/eraser';
import Save from 'lucide-react/icons/save';
import { type ReactNode, useMemo, useState } from 'react';
import type { ToolLineView } from '../../../../core/contract/field-views.ts';
import { IconButton } from '../../../components/Button.tsx';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { bytesOf, hexOf } from '../../../components/HexText.tsx';
import { EmptyNotice } from '../../../components/Notices.tsx';
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

/** One JSON object a line, bytes as hex. */
const fileText = (rows: readonly ToolLineView[]): string =>
  rows
    .map(
      ({ at, bytes, ...row }) => `${JSON.stringify({ time: new Date(at).toISOString(), ...row, hex: hexOf(bytesOf(bytes)) })}\n`,
    )
    .join('');

function SnifferBody(props: ToolBodyProps): ReactNode {
  const { rows, clear } = useKeptLines(props.session, props.live, KEEP);
  const { toasts } = useConsole();
  const now = useNow(60_000);
  const [only, setOnly] = useState<'all' | 'faulty'>('all');
  const [unit, setUnit] = useState<number | null>(null);
  const units = useMemo(() => heardUnits(rows), [rows]);
  const shown = useMemo(
    () => rows.filter((row) => (only === 'all' || row.faulty) && (unit === null || row.unit === unit)),
    [rows, only, unit],
  );
  const faulty = useMemo(() => rows.filter((row) => row.faulty).length, [rows]);
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
        <span className="small muted num grow">{text.figures(formatCount(rows.length), formatCount(faulty))}</span>
        <div className="row">
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
      {units.length > 0 && (
        <ul className="sniffer-units" aria-label={text.summary}>
          {units.map((one) => (
            <li key={one.unit} className="small num">
              <strong>{text.oneUnit(one.unit)}</strong>{' '}
              {text.summaryOf(
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
          <EmptyNotice title={text.empty} body={text.emptyBody} />
        ) : (
          <FrameTail label={text.list} rows={shown} />
        )}
      </div>
    </>
  );
}

/** The sniffer: `#/tools/sniffer?port=<id>`. */
export function SnifferTab(props: { query: URLSearchParams }): ReactNode {
  return <LineTool kind="sniffer" intro={text.intro} effects={text.consent} query={props.query} Body={SnifferBody} />;
}
