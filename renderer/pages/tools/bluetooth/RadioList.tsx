import { type ReactNode, useState } from 'react';
import type { RadioView } from '../../../../core/contract/field-views.ts';
import { Button } from '../../../components/Button.tsx';
import { ConsentSheet } from '../../../components/ConsentSheet.tsx';
import { ErrorNotice } from '../../../components/Notices.tsx';
import { StateBadge } from '../../../components/StateBadge.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { bluetooth as text } from '../../../text/bluetooth.ts';
import { formatCount, formatRate } from '../../../text/format.ts';
import { RADIO_TONE } from './advert-words.ts';

function Radio(props: { radio: RadioView; onPower: (on: boolean) => void }): ReactNode {
  const { radio } = props;
  if (radio.state === 'not-available') {
    return (
      <li>
        <ErrorNotice tone="warn" what={radio.lastError?.message ?? text.noRadio} remedy={radio.lastError?.remedy ?? ''} />
      </li>
    );
  }
  const resets = radio.deviceResets + radio.radioResets;
  return (
    <li className="radio">
      <span className="radio-name">{radio.id}</span>
      <StateBadge tone={RADIO_TONE[radio.state]} label={text.states[radio.state]} size="s" />
      <p className="small muted num grow">
        {text.scanning[radio.scanning]}.{' '}
        {text.radioFacts(formatRate(radio.advertsPerS), formatCount(radio.known), formatCount(radio.connections))}
        {radio.queue > 0 && `, ${text.queue(formatCount(radio.queue))}`}
        {resets > 0 && `. ${text.resets(formatCount(radio.deviceResets), formatCount(radio.radioResets))}`}
      </p>
      <Button kind="quiet" onClick={() => props.onPower(radio.state === 'off')}>
        {radio.state === 'off' ? text.powerOn : text.powerOff}
      </Button>
      {radio.lastError && radio.state !== 'ok' && (
        <ErrorNotice what={radio.lastError.message} remedy={radio.lastError.remedy} at={radio.lastError.at} />
      )}
    </li>
  );
}

/** Asks before an adapter is switched, and who does it. */
function PowerSheet(props: { radio: string; on: boolean; onClose: () => void }): ReactNode {
  const { radio, on, onClose } = props;
  const { run, busy, problem } = useCall('ble.power', { inline: true, onDone: onClose });
  return (
    <ConsentSheet
      title={on ? text.powerOnTitle(radio) : text.powerOffTitle(radio)}
      effects={on ? text.powerOnEffects : text.powerOffEffects}
      action={on ? text.powerOn : text.powerOff}
      busy={busy}
      problem={problem}
      onClose={onClose}
      onAgree={(by) => void run({ radio, on, by, consent: true })}
    />
  );
}

/** The Bluetooth adapters: how they are, and switching them off and on. */
export function RadioList(props: { radios: readonly RadioView[] }): ReactNode {
  const [asking, setAsking] = useState<{ radio: string; on: boolean } | null>(null);
  return (
    <>
      <ul className="radios" aria-label={text.radios}>
        {props.radios.map((radio) => (
          <Radio key={radio.id} radio={radio} onPower={(on) => setAsking({ radio: radio.id, on })} />
        ))}
      </ul>
      {asking && <PowerSheet {...asking} onClose={() => setAsking(null)} />}
    </>
  );
}
