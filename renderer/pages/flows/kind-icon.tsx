import Bell from 'lucide-react/icons/bell';
import ChartLine from 'lucide-react/icons/chart-line';
import Cloud from 'lucide-react/icons/cloud';
import Laptop from 'lucide-react/icons/laptop';
import Microchip from 'lucide-react/icons/microchip';
import SquareFunction from 'lucide-react/icons/square-function';
import type { ReactNode } from 'react';
import type { FlowNodeView } from '../../../core/contract/views.ts';

const ICONS = {
  device: Microchip,
  function: SquareFunction,
  local: Laptop,
  cloud: Cloud,
  history: ChartLine,
  alarms: Bell,
} as const;

export function KindIcon(props: { kind: FlowNodeView['kind']; size?: number }): ReactNode {
  const Icon = ICONS[props.kind];
  return <Icon className="flow-kind" size={props.size ?? 20} aria-hidden="true" />;
}
