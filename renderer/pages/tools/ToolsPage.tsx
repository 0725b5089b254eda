import type { ReactNode } from 'react';
import type { PageProps } from '../page.ts';
import { BluetoothTab } from './bluetooth/BluetoothTab.tsx';
import { BusesTab } from './buses/BusesTab.tsx';
import { ModbusTab } from './modbus/ModbusTab.tsx';
import { MqttTab } from './mqtt/MqttTab.tsx';
import { PortsTab } from './ports/PortsTab.tsx';
import { SnifferTab } from './sniffer/SnifferTab.tsx';
import { TerminalTab } from './terminal/TerminalTab.tsx';

/** For troubleshooting without a laptop: `#/tools/<tab>[/<id>]`. */
export function ToolsPage(props: PageProps): ReactNode {
  const [tab, id] = props.rest;
  switch (tab) {
    case 'buses':
      return <BusesTab bus={id ?? null} />;
    case 'terminal':
      return <TerminalTab key={props.query.toString()} query={props.query} />;
    case 'modbus':
      return <ModbusTab key={props.query.toString()} query={props.query} />;
    case 'sniffer':
      return <SnifferTab key={props.query.toString()} query={props.query} />;
    case 'bluetooth':
      return <BluetoothTab address={id ?? null} />;
    case 'mqtt':
      return <MqttTab />;
    default:
      return <PortsTab port={id ?? null} />;
  }
}
