import type { ReactNode } from 'react';
import type { PortView } from '../../../../core/contract/field-views.ts';
import { Button } from '../../../components/Button.tsx';
import { Dialog } from '../../../components/Dialog.tsx';
import { Ago, ErrorNotice, ProblemNotice, Skeleton } from '../../../components/Notices.tsx';
import { StateBadge } from '../../../components/StateBadge.tsx';
import { useQuery } from '../../../hooks/use-call.ts';
import { href } from '../../../hooks/use-route.ts';
import { common } from '../../../text/common.ts';
import { formatBytes, formatCount } from '../../../text/format.ts';
import { ports as text } from '../../../text/tools.ts';
import { portState, portTitle } from './port-state.ts';

/** Whether it can be opened, and if not, what to do. */
function Diagnosis(props: { port: PortView }): ReactNode {
  const { data, problem, loading, reload } = useQuery('port.diagnose', { path: props.port.path });
  const words = text.access;
  return (
    <section className="stack">
      <div className="row">
        <h3 className="grow">{text.diagnosis}</h3>
        <Button busy={loading} onClick={reload}>
          {text.diagnose}
        </Button>
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {!data && loading && <Skeleton rows={3} />}
      {data && (
        <>
          <ErrorNotice
            tone={data.problem === '' ? 'normal' : 'fault'}
            what={data.problem === '' ? text.fine : data.problem}
            remedy={data.remedy}
          />
          {data.exists && (
            <dl className="facts small">
              <dt>{words.owner}</dt>
              <dd className="mono">
                {data.owner}:{data.group}
              </dd>
              <dt>{words.mode}</dt>
              <dd className="mono">{data.mode}</dd>
              <dt>{words.user}</dt>
              <dd className="mono">{data.user}</dd>
              <dt>{words.process}</dt>
              <dd>{data.process ? text.process(data.process.name, data.process.pid) : text.noProcess}</dd>
              <dt>{words.rs485}</dt>
              <dd>{text.rs485[data.rs485]}</dd>
            </dl>
          )}
        </>
      )}
    </section>
  );
}

function Facts(props: { port: PortView }): ReactNode {
  const { port } = props;
  const words = text.facts;
  const rows: readonly (readonly [string, ReactNode, boolean?])[] = [
    [words.what, portTitle(port)],
    [port.present ? words.today : words.lastName, port.path, true],
    [words.identity, port.id, true],
    [words.maker, port.maker],
    [words.usb, port.usbId, true],
    [words.serial, port.kind === 'usb' && port.serialNumber === '' ? text.noSerial : port.serialNumber],
    [words.stable, port.stablePath, true],
    [words.socket, port.physicalPath, true],
    [port.present ? words.since : words.gone, <Ago key="since" at={port.since} />],
    [words.plugs, formatCount(port.plugs)],
    [words.devices, port.devices.length === 0 ? text.nobody : port.devices.join(', ')],
    [words.holder, port.holder?.name ?? text.notHeld],
    [words.settings, port.settings],
    [words.traffic, `${formatBytes(port.bytesIn)}, ${formatBytes(port.bytesOut)}`],
    [words.opens, formatCount(port.opens)],
  ];
  return (
    <dl className="facts">
      {rows
        .filter(([, value]) => value !== '')
        .map(([name, value, mono]) => [
          <dt key={`${name} name`}>{name}</dt>,
          <dd key={name} className={mono ? 'mono' : 'num'}>
            {value}
          </dd>,
        ])}
    </dl>
  );
}

/** All about one port, and the tools that can be opened on it. */
export function PortSheet(props: { port: PortView; onClose: () => void }): ReactNode {
  const { port } = props;
  const { tone, word } = portState(port);
  const tool = (name: string, label: string): ReactNode => (
    <a className="button" href={`${href('tools', name)}?port=${encodeURIComponent(port.id)}`}>
      {label}
    </a>
  );
  return (
    <Dialog open side title={port.path} onClose={props.onClose} actions={<Button onClick={props.onClose}>{common.close}</Button>}>
      <div className="stack">
        <div>
          <StateBadge tone={tone} label={word} />
        </div>
        {port.lastError && (
          <ErrorNotice
            tone={port.holder ? 'normal' : 'fault'}
            what={`${text.lastError}: ${port.lastError.message}`}
            remedy={port.lastError.remedy}
            at={port.lastError.at}
          />
        )}
        {port.present && (
          <div className="port-actions">
            {tool('terminal', text.openTerminal)}
            {tool('modbus', text.openModbus)}
            {tool('sniffer', text.openSniffer)}
          </div>
        )}
        <Facts port={port} />
        <Diagnosis port={port} />
      </div>
    </Dialog>
  );
}
