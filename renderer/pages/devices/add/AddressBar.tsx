import ChevronLeft from 'lucide-react/icons/chevron-left';
import ChevronRight from 'lucide-react/icons/chevron-right';
import ChevronsLeft from 'lucide-react/icons/chevrons-left';
import ChevronsRight from 'lucide-react/icons/chevrons-right';
import { type ReactNode, useEffect, useState } from 'react';
import { nameAddress } from '../../../../core/contract/decode-matrix.ts';
import { IconButton } from '../../../components/Button.tsx';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { matrix as text } from '../../../text/matrix.ts';
import { LAST_ADDRESS, type Place, readManual, readWire, type Table } from './address.ts';

/** One way of writing the address, to be changed there; what cannot be read gives way to the address as it is. */
function AddressField(props: {
  label: string;
  name: string;
  shown: string;
  read: (typed: string) => Place | null;
  onPlace: (place: Place) => void;
}): ReactNode {
  const { shown } = props;
  const [typed, setTyped] = useState(shown);
  useEffect(() => setTyped(shown), [shown]);
  function enter(): void {
    if (typed === shown) return;
    const place = props.read(typed);
    if (place === null) setTyped(shown);
    else props.onPlace(place);
  }
  return (
    <form
      className="address-field"
      onSubmit={(event) => {
        event.preventDefault();
        enter();
      }}
    >
      <label>
        <span className="small muted">{props.label}</span>
        <input
          className="input num"
          aria-label={props.name}
          inputMode="numeric"
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
          onBlur={enter}
        />
      </label>
    </form>
  );
}

/** Which registers are read: the table, and the first one, in both ways in which manuals count; a register or a page on or back. */
export function AddressBar(props: {
  table: Table;
  address: number;
  count: number;
  onMove: (to: Partial<Place>) => void;
}): ReactNode {
  const { table, address, count } = props;
  /** Where it goes: a second touch counts on from the first, though the gateway has not read there yet. */
  const [goal, setGoal] = useState(address);
  useEffect(() => setGoal(address), [address]);
  function go(to: Partial<Place>): void {
    if (to.address !== undefined) setGoal(to.address);
    props.onMove(to);
  }
  const move = (by: number): void => go({ address: Math.min(Math.max(goal + by, 0), LAST_ADDRESS) });
  return (
    <div className="address-bar">
      <SegmentedControl
        label={text.table}
        value={table}
        choices={[
          { value: 'holding', label: text.tables.holding },
          { value: 'input', label: text.tables.input },
        ]}
        onChange={(next) => go({ table: next })}
      />
      <div className="row address-move">
        <IconButton icon={<ChevronsLeft size={20} aria-hidden="true" />} label={text.back} onClick={() => move(-count)} />
        <IconButton icon={<ChevronLeft size={20} aria-hidden="true" />} label={text.less} onClick={() => move(-1)} />
        <div className="address-now">
          <AddressField
            label={text.manual}
            name={text.manualName}
            shown={nameAddress(table, goal).classic}
            read={(typed) => readManual(table, typed)}
            onPlace={go}
          />
          <AddressField
            label={text.wire}
            name={text.fromName}
            shown={String(goal)}
            read={(typed) => readWire(table, typed)}
            onPlace={go}
          />
        </div>
        <IconButton icon={<ChevronRight size={20} aria-hidden="true" />} label={text.more} onClick={() => move(1)} />
        <IconButton icon={<ChevronsRight size={20} aria-hidden="true" />} label={text.on} onClick={() => move(count)} />
      </div>
    </div>
  );
}
