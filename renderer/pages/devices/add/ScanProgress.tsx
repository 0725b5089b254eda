import type { ReactNode } from 'react';
import type { ScanView } from '../../../../core/contract/commission-views.ts';
import { StateBadge } from '../../../components/StateBadge.tsx';
import type { Tone } from '../../../components/tone.ts';
import { scan as text } from '../../../text/add-device.ts';
import { formatCount, formatDuration } from '../../../text/format.ts';

const TONE: Readonly<Record<ScanView['state'], Tone>> = {
  claiming: 'starting',
  listening: 'starting',
  sweeping: 'starting',
  identifying: 'starting',
  done: 'normal',
  stopped: 'normal',
  failed: 'fault',
};
const PARITY = { none: 'N', even: 'E', odd: 'O' } as const;
const FRAMING = { rtu: 'RTU', ascii: 'ASCII', tcp: 'TCP' } as const;

/** One way of talking as technicians write it: `RTU 19200 8E1`. */
export function lineWords(line: ScanView['found'][number]['line']): string {
  if (line.framing === 'tcp') return FRAMING.tcp;
  const settings = line.baudRate === 0 ? '' : ` ${line.baudRate} ${line.dataBits}${PARITY[line.parity]}${line.stopBits}`;
  return `${FRAMING[line.framing]}${settings}`;
}

/** Where a search stands, in words and as a bar. */
export function ScanProgress(props: { scan: ScanView; running: boolean }): ReactNode {
  const { scan } = props;
  const share = Math.round(scan.progress * 100);
  return (
    <section className="sheet sheet-body scan-now">
      <div className="row row-wrap">
        <StateBadge tone={TONE[scan.state]} label={text.states[scan.state]} />
        <strong className="grow scan-step" role="status">
          {scan.step}
        </strong>
        <span className="muted num">{scan.leftMs !== null && text.left(formatDuration(scan.leftMs))}</span>
      </div>
      {props.running && (
        <div
          className="scan-bar"
          role="progressbar"
          aria-label={text.progress}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={share}
        >
          <span style={{ width: `${share}%` }} />
        </div>
      )}
      <dl className="facts">
        {props.running && (
          <>
            <dt>{text.progress}</dt>
            <dd className="num">{text.asked(formatCount(scan.probes), formatCount(scan.probesPlanned))}</dd>
          </>
        )}
        {scan.trying && (
          <>
            <dt>{text.trying}</dt>
            <dd className="num">{lineWords(scan.trying)}</dd>
          </>
        )}
        {scan.heard && (
          <>
            <dt>{text.heard}</dt>
            <dd>{scan.heard.words}</dd>
          </>
        )}
      </dl>
      {props.running && scan.pauses.length > 0 && <p className="small muted">{text.paused(scan.pauses.join(', '))}</p>}
    </section>
  );
}
