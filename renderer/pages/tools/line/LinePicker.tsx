import type { ReactNode } from 'react';
import type { PortView } from '../../../../core/contract/field-views.ts';
import { SegmentedControl, TextField } from '../../../components/Choices.tsx';
import { line as text } from '../../../text/tools.ts';
import { portTitle } from '../ports/port-state.ts';
import './line.css';
import { BAUD_RATES, type LineChoice, type Parity, withPort } from './line-choice.ts';

/** A port in one line: name, what it is, and who uses it. */
function portWords(port: PortView): string {
  const { holder, devices } = port;
  const used = holder ? text.heldBy(holder.name) : devices.length > 0 ? text.usedBy(devices.join(', ')) : '';
  return [port.path, portTitle(port), used].filter((part) => part !== '').join(' – ');
}

function Select(props: {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}): ReactNode {
  return (
    <div className="field">
      <label className="field-label" htmlFor={props.id}>
        {props.label}
      </label>
      <select id={props.id} className="input" value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        {props.children}
      </select>
    </div>
  );
}

function Settings(props: { choice: LineChoice; onChange: (choice: LineChoice) => void }): ReactNode {
  const { choice, onChange } = props;
  const set = (part: Partial<LineChoice>): void => onChange({ ...choice, ...part });
  const rates: readonly string[] = BAUD_RATES;
  return (
    <div className="line-settings">
      <Select id="line-baud" label={text.baud} value={choice.baudRate} onChange={(baudRate) => set({ baudRate })}>
        {(rates.includes(choice.baudRate) ? rates : [choice.baudRate, ...rates]).map((rate) => (
          <option key={rate}>{rate}</option>
        ))}
      </Select>
      <Select
        id="line-data"
        label={text.dataBits}
        value={choice.dataBits}
        onChange={(value) => set({ dataBits: value === '7' ? '7' : '8' })}
      >
        <option>8</option>
        <option>7</option>
      </Select>
      <Select
        id="line-parity"
        label={text.parity}
        value={choice.parity}
        onChange={(value) => set({ parity: value === 'even' || value === 'odd' ? value : 'none' })}
      >
        {(['none', 'even', 'odd'] satisfies Parity[]).map((parity) => (
          <option key={parity} value={parity}>
            {text.parities[parity]}
          </option>
        ))}
      </Select>
      <Select
        id="line-stop"
        label={text.stopBits}
        value={choice.stopBits}
        onChange={(value) => set({ stopBits: value === '2' ? '2' : '1' })}
      >
        <option>1</option>
        <option>2</option>
      </Select>
    </div>
  );
}

function Port(props: { choice: LineChoice; ports: readonly PortView[]; onChange: (choice: LineChoice) => void }): ReactNode {
  const { choice, ports, onChange } = props;
  const known = ports.find(({ id }) => id === choice.port);
  const offered = ports.filter((port) => port.present || port.id === choice.port);
  if (offered.length === 0) return <p className="muted">{text.noPorts}</p>;
  return (
    <Select
      id="line-port"
      label={text.port}
      value={known ? choice.port : ''}
      onChange={(id) => {
        const port = ports.find((one) => one.id === id);
        if (port) onChange(withPort(choice, port));
      }}
    >
      {!known && <option value="">{text.choosePort}</option>}
      {offered.map((port) => (
        <option key={port.id} value={port.id}>
          {portWords(port)}
        </option>
      ))}
    </Select>
  );
}

/** Chooses a line: a serial port with its settings, or one over the network. */
export function LinePicker(props: {
  choice: LineChoice;
  ports: readonly PortView[];
  onChange: (choice: LineChoice) => void;
  children?: ReactNode;
}): ReactNode {
  const { choice, onChange } = props;
  const hint = text.kindHint[choice.kind];
  return (
    <div className="line-picker">
      <div className="field">
        <span className="field-label">{text.kind}</span>
        <div>
          <SegmentedControl
            label={text.kind}
            value={choice.kind}
            choices={(['serial', 'tcp', 'rfc2217'] as const).map((value) => ({ value, label: text.kinds[value] }))}
            onChange={(kind) => onChange({ ...choice, kind })}
          />
        </div>
        {hint !== '' && <p className="field-hint">{hint}</p>}
      </div>
      {choice.kind === 'serial' ? (
        <Port choice={choice} ports={props.ports} onChange={onChange} />
      ) : (
        <div className="line-host">
          <TextField id="line-host" label={text.host} value={choice.host} onChange={(host) => onChange({ ...choice, host })} />
          <TextField
            id="line-tcp-port"
            label={text.tcpPort}
            value={choice.tcpPort}
            numeric
            onChange={(tcpPort) => onChange({ ...choice, tcpPort })}
          />
        </div>
      )}
      {choice.kind !== 'tcp' && <Settings choice={choice} onChange={onChange} />}
      {props.children}
    </div>
  );
}
