import type { ReactNode } from 'react';
import './choose-box.css';

/** Which rows of a list are chosen, by id. */
export interface Choosing {
  readonly chosen: ReadonlySet<number>;
  readonly toggle: (id: number) => void;
}

/** Chooses one row of a list; lies above the link that covers the row. */
export function ChooseBox(props: { id: number; label: string; choosing: Choosing }): ReactNode {
  const { id, choosing } = props;
  return (
    <label className="choose">
      <input type="checkbox" aria-label={props.label} checked={choosing.chosen.has(id)} onChange={() => choosing.toggle(id)} />
    </label>
  );
}
