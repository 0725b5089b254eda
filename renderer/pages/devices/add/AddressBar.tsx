import ChevronLeft from 'lucide-react/icons/chevron-left';
import ChevronRight from 'lucide-react/icons/chevron-right';
import ChevronsLeft from 'lucide-react/icons/chevrons-left';
import ChevronsRight from 'lucide-react/icons/chevrons-right';
import { type ReactNode, useEffect, useState } from 'react';
import { nameAddress } from '../../../../core/contract/decode-matrix.ts';
import { IconButton } from '../../../components/Button.tsx';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { matrix as text } from '../../../text/matrix.ts';

export type Table = 'holding' | 'input';

const LAST = 65_535;

/** Which registers are read: the table, and the first one, in both ways in which manuals count; a register or a page on or back. */
export function AddressBar(props: {
  table: Table;
  address: number;
  count: number;
  onMove: (to: { table?: Table; address?: number }) => void;
}): ReactNode {
  const { address, count } = props;
  const [typed, setTyped] = useState(String(address));
  useEffect(() => setTyped(String(address)), [address]);
  const move = (by: number): void => props.onMove({ address: Math.min(Math.max(address + by, 0), LAST) });
  function enter(): void {
    const value = Number(typed);
    if (/^\d+$/.test(typed.trim()) && value <= LAST) props.onMove({ address: value });
    else setTyped(String(address));
  }
  return (
    <div className="address-bar">
      <SegmentedControl
        label={text.table}
        value={props.table}
        choices={[
          { value: 'holding', label: text.tables.holding },
          { value: 'input', label: text.tables.input },
        ]}
        onChange={(table) => props.onMove({ table })}
      />
      <div className="row address-move">
        <IconButton icon={<ChevronsLeft size={20} aria-hidden="true" />} label={text.back} onClick={() => move(-count)} />
        <IconButton icon={<ChevronLeft size={20} aria-hidden="true" />} label={text.less} onClick={() => move(-1)} />
        <div className="address-now">
          <strong className="num">{nameAddress(props.table, address).classic}</strong>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              enter();
            }}
          >
            <input
              className="input num"
              aria-label={text.fromName}
              inputMode="numeric"
              value={typed}
              autoComplete="off"
              onChange={(event) => setTyped(event.target.value)}
              onBlur={enter}
            />
          </form>
        </div>
        <IconButton icon={<ChevronRight size={20} aria-hidden="true" />} label={text.more} onClick={() => move(1)} />
        <IconButton icon={<ChevronsRight size={20} aria-hidden="true" />} label={text.on} onClick={() => move(count)} />
      </div>
    </div>
  );
}
