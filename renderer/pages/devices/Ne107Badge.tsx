import type { ReactNode } from 'react';
import type { DeviceView } from '../../../core/contract/views.ts';
import { StateIcon } from '../../components/StateBadge.tsx';
import type { Tone } from '../../components/tone.ts';
import { ne107 as text } from '../../text/devices.ts';

type State = DeviceView['ne107']['state'];

export const NE107_TONE: Readonly<Record<State, Tone>> = {
  failure: 'fault',
  'function-check': 'check',
  'out-of-spec': 'warn',
  maintenance: 'care',
  ok: 'normal',
};

/** The state of a device in the terms of NAMUR NE 107: shape, letter, word and colour. */
export function Ne107Badge(props: { state: State }): ReactNode {
  const { state } = props;
  const tone = NE107_TONE[state];
  return (
    <span className="state-badge ne107" data-tone={tone} data-size="s">
      <StateIcon tone={tone} size={16} />
      {text.letters[state] !== '' && <strong className="ne107-letter">{text.letters[state]}</strong>}
      <span>{text.words[state]}</span>
    </span>
  );
}
