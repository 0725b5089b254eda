import Usb from 'lucide-react/icons/usb';
import type { ReactNode } from 'react';
import type { PortView } from '../../../../core/contract/field-views.ts';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { EmptyNotice, Skeleton } from '../../../components/Notices.tsx';
import { rowsOf, useRows } from '../../../hooks/use-table.ts';
import { where as text } from '../../../text/add-device.ts';
import { type BindBy, bindsOf } from './links.ts';

const noteOf = (port: PortView): string => {
  if (!port.present) return text.gone;
  if (port.holder) return text.taken(port.holder.name);
  return port.devices.length > 0 ? text.shared(port.devices.join(', ')) : '';
};

/** The serial ports that are there, to choose one, and how it is remembered. */
export function PortChoice(props: {
  port: PortView | null;
  by: BindBy;
  onChoose: (port: PortView, by: BindBy) => void;
}): ReactNode {
  const table = useRows('ports');
  const { port: chosen } = props;
  const rows = rowsOf(table);
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.ports}</h2>
      </header>
      {table.status === 'loading' ? (
        <Skeleton rows={3} />
      ) : rows.length === 0 ? (
        <EmptyNotice title={text.portsEmpty} body={text.portsEmptyBody} />
      ) : (
        <ul className="pick-list">
          {rows.map((port) => (
            <li key={port.id}>
              <button
                type="button"
                className="pick"
                aria-pressed={port.id === chosen?.id}
                disabled={!port.present}
                onClick={() => props.onChoose(port, bindsOf(port)[0] ?? 'path')}
              >
                <Usb size={20} aria-hidden="true" />
                <span className="grow">
                  <span className="pick-title">{port.title || port.path}</span>
                  <span className="small muted">
                    <span className="mono">{port.path}</span>
                    {noteOf(port) !== '' && ` · ${noteOf(port)}`}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {chosen && bindsOf(chosen).length > 1 && (
        <div className="sheet-body field pick-bind">
          <span className="field-label">{text.bind}</span>
          <SegmentedControl
            label={text.bind}
            value={props.by}
            choices={bindsOf(chosen).map((value) => ({ value, label: text.binds[value] }))}
            onChange={(by) => props.onChoose(chosen, by)}
          />
          <p className="field-hint">{text.bindHint[props.by]}</p>
        </div>
      )}
    </section>
  );
}
