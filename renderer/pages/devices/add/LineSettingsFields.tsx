import type { ReactNode } from 'react';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { where as text } from '../../../text/add-device.ts';
import type { LineSettings } from './links.ts';

const BAUDS = ['1200', '2400', '4800', '9600', '19200', '38400', '57600', '115200'] as const;

/** Speed, parity and stop bits of a serial line, each to be chosen by touch. */
export function LineSettingsFields(props: { value: LineSettings; onChange: (value: LineSettings) => void }): ReactNode {
  const { value } = props;
  return (
    <div className="line-settings">
      <div className="field">
        <span className="field-label">{text.baud}</span>
        <SegmentedControl
          label={text.baud}
          value={String(value.baudRate)}
          choices={BAUDS.map((baud) => ({ value: baud as string, label: baud }))}
          onChange={(baud) => props.onChange({ ...value, baudRate: Number(baud) })}
        />
      </div>
      <div className="field">
        <span className="field-label">{text.parity}</span>
        <SegmentedControl
          label={text.parity}
          value={value.parity}
          choices={(['none', 'even', 'odd'] as const).map((parity) => ({ value: parity, label: text.parities[parity] }))}
          onChange={(parity) => props.onChange({ ...value, parity })}
        />
      </div>
      <div className="field">
        <span className="field-label">{text.stopBits}</span>
        <SegmentedControl
          label={text.stopBits}
          value={String(value.stopBits)}
          choices={['1', '2'].map((bits) => ({ value: bits, label: bits }))}
          onChange={(bits) => props.onChange({ ...value, stopBits: bits === '2' ? 2 : 1 })}
        />
      </div>
    </div>
  );
}
