import type { ReactNode } from 'react';
import type { GatewayView } from '../../../core/contract/views.ts';
import { Meter } from '../../components/Meter.tsx';
import { Ago } from '../../components/Notices.tsx';
import { Tile } from '../../components/Tile.tsx';
import type { Tone } from '../../components/tone.ts';
import { formatBytes, formatCount, formatDuration, formatMillis, formatNumber, formatPercent } from '../../text/format.ts';
import { overview } from '../../text/overview.ts';

export function DevicesTile(props: { counts: GatewayView['devices'] }): ReactNode {
  const { total, ok, degraded, offline } = props.counts;
  const text = overview.devices;
  if (total === 0) {
    return (
      <Tile title={text.title} figure={text.none} href="#/devices">
        {text.noneBody}
      </Tile>
    );
  }
  const other = total - ok - degraded - offline;
  const counts = [
    offline > 0 ? text.offline(offline) : '',
    degraded > 0 ? text.degraded(degraded) : '',
    other > 0 ? text.other(other) : '',
  ].filter((part) => part !== '');
  const [worst = text.fine, ...rest] = counts;
  const tone: Tone = offline > 0 ? 'lost' : degraded > 0 ? 'warn' : 'normal';
  const figures = { figure: formatCount(ok), unit: text.of(formatCount(total)), href: '#/devices' };
  if (tone === 'normal') {
    return (
      <Tile title={text.title} {...figures}>
        {worst}
      </Tile>
    );
  }
  return (
    <Tile title={text.title} {...figures} tone={tone} state={worst}>
      {rest.join(', ')}
    </Tile>
  );
}

export function FunctionsTile(props: { counts: GatewayView['functions'] }): ReactNode {
  const { total, running, failing } = props.counts;
  const text = overview.functions;
  if (total === 0) {
    return (
      <Tile title={text.title} figure={text.none} href="#/functions">
        {text.noneBody}
      </Tile>
    );
  }
  const resting = Math.max(0, total - running - failing);
  const figures = { figure: formatCount(running), unit: text.of(formatCount(total)), href: '#/functions' };
  if (failing > 0) {
    return (
      <Tile title={text.title} {...figures} tone="fault" state={text.failing(failing)}>
        {resting > 0 && text.stopped(resting)}
      </Tile>
    );
  }
  return (
    <Tile title={text.title} {...figures}>
      {resting > 0 ? text.stopped(resting) : text.fine}
    </Tile>
  );
}

export function DeploymentTile(props: { deployment: GatewayView['deployment'] }): ReactNode {
  const { state, version, name, appliedAt } = props.deployment;
  const text = overview.deployment;
  const figure = state === 'none' ? text.none : text.version(version);
  if (state === 'failed' || state === 'applying') {
    const tone = state === 'failed' ? 'fault' : 'check';
    return (
      <Tile title={text.title} figure={figure} tone={tone} state={text.states[state]} href="#/deployments">
        {state === 'failed' ? text.failedBody : name}
      </Tile>
    );
  }
  return (
    <Tile title={text.title} figure={figure} href="#/deployments">
      {state === 'none' && text.noneBody}
      {state === 'running' && name}
      {state === 'running' && appliedAt !== null && (
        <>
          , {text.applied} <Ago at={appliedAt} />
        </>
      )}
    </Tile>
  );
}

const HOTTEST_C = 100;

export function SystemTile(props: { gateway: GatewayView }): ReactNode {
  const { system, broker, uptimeMs } = props.gateway;
  const text = overview.system;
  const { diskFreeBytes: free, diskTotalBytes: disk, temperatureC: heat } = system;
  const lines = [
    text.uptime(formatDuration(uptimeMs)),
    text.response(formatMillis(system.loopLagP99Ms)),
    broker.port === null ? text.brokerOff : text.broker(broker.port, broker.clients),
  ];
  return (
    <section className="tile system-tile" data-tone="normal">
      <header className="tile-head">
        <h2 className="tile-title">{text.title}</h2>
      </header>
      <div className="system-meters">
        <Meter
          label={text.cpu}
          value={formatPercent(system.cpuPercent)}
          share={system.cpuPercent / 100}
          limit={0.85}
          word={text.high}
        />
        <Meter
          label={text.memory}
          value={formatBytes(system.rssBytes)}
          share={system.rssBytes / system.memoryTotalBytes}
          limit={0.8}
          word={text.high}
          detail={text.of(formatPercent((system.rssBytes / system.memoryTotalBytes) * 100), formatBytes(system.memoryTotalBytes))}
        />
        {free !== null && disk !== null && (
          <Meter
            label={text.disk}
            value={text.free(formatBytes(free))}
            share={1 - free / disk}
            limit={0.9}
            word={text.low}
            detail={text.of(formatPercent((1 - free / disk) * 100), formatBytes(disk))}
          />
        )}
        {heat !== null && (
          <Meter
            label={text.temperature}
            value={`${formatNumber(heat, 1)} °C`}
            share={heat / HOTTEST_C}
            limit={0.8}
            word={text.high}
          />
        )}
      </div>
      <p className="small muted num system-lines">
        {lines.map((line) => (
          <span key={line}>{line}</span>
        ))}
      </p>
    </section>
  );
}
