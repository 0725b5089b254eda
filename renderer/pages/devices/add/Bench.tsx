import RotateCcw from 'lucide-react/icons/rotate-ccw';
import { type ReactNode, useState } from 'react';
import type { MatrixCell, MatrixMatch } from '../../../../core/contract/decode-matrix.ts';
import { Button } from '../../../components/Button.tsx';
import { ErrorNotice, Skeleton } from '../../../components/Notices.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import type { Pick } from '../../../stores/adding.ts';
import { matrix as text } from '../../../text/matrix.ts';
import { inSight } from './address.ts';
import { CellDialog } from './CellDialog.tsx';
import { addPick } from './draft.ts';
import { MatchList } from './MatchList.tsx';
import './matrix.css';
import { cellKey, decimalsOf } from './matrix-view.ts';
import { NumberPad } from './NumberPad.tsx';
import { RegisterSheet } from './RegisterSheet.tsx';
import { goStep, useAdding } from './use-adding.ts';
import { type Readings, useReadings, useSnapshots } from './use-readings.ts';

/** The keys, what was typed, and what fits it. */
function DisplaySheet(props: {
  table: 'holding' | 'input';
  readings: Readings;
  isRead: boolean;
  onChoose: (match: MatrixMatch) => void;
}): ReactNode {
  const { typed, before, matches, isSame, setTyped, next, anew } = props.readings;
  return (
    <section className="sheet bench-left">
      <NumberPad value={typed} onChange={setTyped} onEnter={next} />
      <div className="bench-next">
        <Button disabled={typed === '' || isSame || matches.length === 0} onClick={next}>
          {text.again}
        </Button>
        <Button
          kind="quiet"
          icon={<RotateCcw size={18} aria-hidden="true" />}
          disabled={typed === '' && before.length === 0}
          onClick={anew}
        >
          {text.anew}
        </Button>
      </div>
      {before.length > 0 && <p className="small muted num">{text.readings(before.join(', '))}</p>}
      <MatchList
        table={props.table}
        typed={typed}
        readings={before.length}
        isSame={isSame}
        isRead={props.isRead}
        matches={matches}
        onChoose={props.onChoose}
      />
    </section>
  );
}

/** The work bench of the decode matrix: the number on the display on the left, the registers on the right, a chosen cell above both. */
export function Bench(props: { session: string; count: number; onAgain: () => void }): ReactNode {
  const adding = useAdding();
  const { row, lost, snapshots } = useSnapshots(props.session);
  const readings = useReadings(snapshots);
  const [chosen, setChosen] = useState<MatrixCell | null>(null);
  const move = useCall('matrix.move');
  const snapshot = snapshots[0];
  if (lost) {
    const again = <Button onClick={props.onAgain}>{text.takeAgain}</Button>;
    return <ErrorNotice tone="warn" what={text.lost} meaning={text.lostBody} action={again} />;
  }
  if (!row) return <Skeleton rows={8} />;
  const match = chosen && readings.matches.find((one) => cellKey(one) === cellKey(chosen));
  const shown = readings.typed || readings.before.at(-1);
  function take(pick: Pick, andOn: boolean): void {
    const { draft, picks } = adding;
    adding.set({ picks: [...picks, pick], draft: draft && addPick(draft, pick) });
    setChosen(null);
    readings.anew();
    if (andOn) goStep('name');
  }
  return (
    <div className="bench">
      <DisplaySheet table={row.table} readings={readings} isRead={snapshot !== undefined} onChoose={setChosen} />
      <RegisterSheet
        session={props.session}
        row={row}
        count={props.count}
        snapshot={snapshot}
        matches={readings.matches}
        onChoose={setChosen}
      />
      {chosen && snapshot && (
        <CellDialog
          snapshot={snapshot}
          cell={chosen}
          scale={match?.scale ?? 1}
          decimals={match && shown !== undefined ? decimalsOf(shown) : null}
          onLookAt={(address) => {
            const first = inSight(row.address, props.count, address, chosen.type);
            if (first !== row.address) void move.run({ session: props.session, address: first });
          }}
          taken={adding.picks.map((pick) => pick.label)}
          onTake={take}
          onClose={() => setChosen(null)}
        />
      )}
    </div>
  );
}
