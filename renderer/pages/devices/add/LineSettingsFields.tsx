import type { ReactNode } from 'react';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { where as text } from '../../../text/add-device.ts';
import type { LineSettings } from './links.ts';

const BAUDS: readonly string[] = ['1200', '2400', '4800', '9600', '19200', '38400', '57600', '115200'];

/** Speed, parity, data and stop bits of a serial line, each to be chosen by touch. */
export function LineSettingsFields(props: { value: LineSettings; onChange: (value: LineSettings) => void }): ReactNode {
  const { value } = props;
  const baud = String(value.baudRate);
  const bauds = BAUDS.includes(baud) ? BAUDS : [...BAUDS, baud];
  return (
    <div className="line-settings">
      <div className="field">
        <span className="field-label">{text.baud}</span>
        <SegmentedControl
          label={text.baud}
          value={baud}
          choices={bauds.map((one) => ({ value: one, label: one }))}
          onChange={(one) => props.onChange({ ...value, baudRate: Number(one) })}
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
        <span className="field-label">{text.dataBits}</span>
        <SegmentedControl
          label={text.dataBits}
          value={String(value.dataBits)}
          choices={['8', '7'].map((bits) => ({ value: bits, label: bits }))}
          onChange={(bits) => props.onChange({ ...value, dataBits: bits === '7' ? 7 : 8 })}
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
