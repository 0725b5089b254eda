import Circle from 'lucide-react/icons/circle-check';
import CircleDashed from 'lucide-react/icons/circle-dashed';
import CircleX from 'lucide-react/icons/circle-x';
import Droplet from 'lucide-react/icons/droplet';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import Unplug from 'lucide-react/icons/unplug';
import Wrench from 'lucide-react/icons/wrench';
import type { ReactNode } from 'react';
import type { Health } from '../../core/contract/views.ts';
import './state-badge.css';
import { HEALTH_TONE, HEALTH_WORD, type Tone } from './tone.ts';

const ICONS = {
  normal: Circle,
  starting: CircleDashed,
  warn: TriangleAlert,
  fault: CircleX,
  lost: Unplug,
  check: Wrench,
  care: Droplet,
} as const;

/** The shape of a state without its word, for places where the word stands beside it. */
export function StateIcon(props: { tone: Tone; size?: number }): ReactNode {
  const Icon = ICONS[props.tone];
  return <Icon className="state-icon" data-tone={props.tone} size={props.size ?? 18} strokeWidth={2.25} aria-hidden="true" />;
}

/** Shape, word and colour together; grey when normal. `solid` fills the badge, for what must be seen from three metres. */
export function StateBadge(props: { tone: Tone; label: string; solid?: boolean; size?: 's' | 'm' }): ReactNode {
  return (
    <span className="state-badge" data-tone={props.tone} data-size={props.size ?? 'm'} data-solid={props.solid || undefined}>
      <StateIcon tone={props.tone} size={props.size === 's' ? 16 : 18} />
      <span>{props.label}</span>
    </span>
  );
}

export function HealthBadge(props: { health: Health; size?: 's' | 'm' }): ReactNode {
  return <StateBadge tone={HEALTH_TONE[props.health]} label={HEALTH_WORD[props.health]} size={props.size ?? 'm'} />;
}
