import type { ReactNode } from 'react';
import { ERRORS, type ErrorCode } from '../../../core/base/errors.ts';
import type { DeviceView } from '../../../core/contract/views.ts';
import { Ago } from '../../components/Notices.tsx';
import { href } from '../../hooks/use-route.ts';
import { faultMeaning, device as text } from '../../text/devices.ts';
import { formatCount, formatRate } from '../../text/format.ts';

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

function Fault(props: { code: string; count: number }): ReactNode {
  const { code, count } = props;
  const known = isCode(code) ? ERRORS[code] : null;
  return (
    <li className="fault-kind">
      <span className="fault-count num">{text.faultCount(formatCount(count))}</span>
      <div>
        <p className="fault-name">{known?.show ?? code}</p>
        {isCode(code) && faultMeaning[code] !== undefined && <p className="small">{faultMeaning[code]}</p>}
        {known && <p className="small muted">{known.remedy}</p>}
      </div>
    </li>
  );
}

/** How it is connected, and every kind of fault with its count, meaning and remedy. */
export function DeviceFacts(props: { device: DeviceView }): ReactNode {
  const { device } = props;
  const faults = Object.entries(device.errors)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  return (
    <div className="stack">
      <section className="sheet">
        <header className="sheet-head">
          <h2>{text.connection}</h2>
        </header>
        <dl className="facts sheet-body">
          <dt>{text.facts.adapter}</dt>
          <dd>{text.adapters[device.adapter] ?? device.adapter}</dd>
          <dt>{text.facts.address}</dt>
          <dd className="mono">{device.connection}</dd>
          <dt>{text.facts.id}</dt>
          <dd className="mono">{device.id}</dd>
          {device.profile !== null && (
            <>
              <dt>{text.facts.profile}</dt>
              <dd className="mono">{device.profile}</dd>
            </>
          )}
          {device.bus !== null && (
            <>
              <dt>{text.facts.bus}</dt>
              <dd>
                <a className="fact-link" href={href('tools', 'buses')}>
                  {text.busHealth}
                </a>
              </dd>
            </>
          )}
          <dt>{text.facts.seen}</dt>
          <dd>
            <Ago at={device.lastSeenAt} />
          </dd>
          <dt>{text.facts.readings}</dt>
          <dd className="num">
            {formatCount(device.readings)} <span className="muted">({formatRate(device.readingsPerS)}/s)</span>
          </dd>
          <dt>{text.facts.reconnects}</dt>
          <dd className="num">{formatCount(device.reconnects)}</dd>
        </dl>
      </section>
      <section className="sheet">
        <header className="sheet-head">
          <h2>{text.faults}</h2>
        </header>
        {faults.length === 0 ? (
          <p className="sheet-body muted">{text.noFaults}</p>
        ) : (
          <ul className="sheet-body fault-list">
            {faults.map(([code, count]) => (
              <Fault key={code} code={code} count={count} />
            ))}
            {device.lastError && (
              <li className="small muted">
                {text.lastFault} <Ago at={device.lastError.at} />: {device.lastError.message}
              </li>
            )}
          </ul>
        )}
      </section>
    </div>
  );
}
