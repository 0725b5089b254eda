import Pause from 'lucide-react/icons/pause';
import Play from 'lucide-react/icons/play';
import type { ReactNode } from 'react';
import { common } from '../text/common.ts';
import { IconButton } from './Button.tsx';

/** Lets a live list stand still, and go on. */
export function HoldButton(props: { isHeld: boolean; onToggle: () => void }): ReactNode {
  const { isHeld } = props;
  return (
    <IconButton
      kind="plain"
      aria-pressed={isHeld}
      icon={isHeld ? <Play size={18} aria-hidden="true" /> : <Pause size={18} aria-hidden="true" />}
      label={isHeld ? common.resume : common.pause}
      onClick={props.onToggle}
    />
  );
}
