import type { ReactNode } from 'react';
import type { DeviceView, PointView } from '../../../../core/contract/views.ts';
import { quality } from '../../../text/common.ts';
import { ne107, device as words } from '../../../text/devices.ts';
import { formatDateTime, formatValue } from '../../../text/format.ts';
import { report as text } from '../../../text/report.ts';
import { limitsInWords } from '../LimitBar.tsx';

/** The devices as they were when the report was made. */
export interface Frozen {
  readonly at: number;
  readonly site: string;
  readonly gateway: string;
  readonly software: string;
  readonly version: number;
  readonly by: string;
  readonly company: string;
  readonly note: string;
  readonly devices: readonly DeviceView[];
}

const readingOf = (point: PointView): string =>
  `${formatValue(point.value, point.decimals)}${point.unit === '' || point.value === null ? '' : ` ${point.unit}`}`;

function DevicePart(props: { device: DeviceView }): ReactNode {
  const { device } = props;
  return (
    <section>
      <h2>{device.name}</h2>
      <p className="small">
        {words.adapters[device.adapter] ?? device.adapter}, {device.connection}
      </p>
      <p className="small">
        {text.state}: {ne107.words[device.ne107.state]}
        {device.ne107.why !== '' && `. ${device.ne107.why}`}
      </p>
      <table className="acceptance-table">
        <thead>
          <tr>
            <th scope="col">{text.columns.value}</th>
            <th scope="col">{text.columns.reading}</th>
            <th scope="col">{text.columns.quality}</th>
            <th scope="col">{text.columns.limits}</th>
            <th scope="col">{text.columns.at}</th>
          </tr>
        </thead>
        <tbody>
          {device.points.map((point) => (
            <tr key={point.name}>
              <th scope="row">{point.label}</th>
              <td className="num">{readingOf(point)}</td>
              <td>{quality[point.quality]}</td>
              <td className="num">{limitsInWords(point) || text.noLimits}</td>
              <td className="num">{point.at === null ? '–' : formatDateTime(point.at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The acceptance report as a document: for the screen, and for paper. */
export function ReportDocument(props: { frozen: Frozen }): ReactNode {
  const { frozen } = props;
  return (
    <article className="sheet acceptance" aria-label={text.preview}>
      <header className="acceptance-head">
        <h2 className="acceptance-title">{text.title}</h2>
        <dl className="facts">
          <dt>{text.site}</dt>
          <dd>{frozen.site}</dd>
          <dt>{text.gateway}</dt>
          <dd>
            {frozen.gateway}, Gatehouse {frozen.software}
          </dd>
          <dt>{text.version}</dt>
          <dd className="num">{frozen.version}</dd>
          <dt>{text.by}</dt>
          <dd>
            {frozen.by}
            {frozen.company !== '' && `, ${frozen.company}`}
          </dd>
          <dt>{text.at}</dt>
          <dd className="num">{formatDateTime(frozen.at)}</dd>
          {frozen.note !== '' && (
            <>
              <dt>{text.note}</dt>
              <dd>{frozen.note}</dd>
            </>
          )}
        </dl>
      </header>
      {frozen.devices.map((device) => (
        <DevicePart key={device.id} device={device} />
      ))}
      <footer className="acceptance-sign">
        <span>{text.place}</span>
        <span>{text.signature}</span>
      </footer>
    </article>
  );
}
