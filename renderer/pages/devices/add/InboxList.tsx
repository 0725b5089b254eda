import Radar from 'lucide-react/icons/radar';
import { type ReactNode, useState } from 'react';
import type { FoundView } from '../../../../core/contract/commission-views.ts';
import { Button } from '../../../components/Button.tsx';
import { TextField } from '../../../components/Choices.tsx';
import { ConsentSheet } from '../../../components/ConsentSheet.tsx';
import { EmptyNotice, Skeleton } from '../../../components/Notices.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { href } from '../../../hooks/use-route.ts';
import { useSteadyRows } from '../../../hooks/use-steady.ts';
import { rowsOf, useRows } from '../../../hooks/use-table.ts';
import { useConsole } from '../../../stores/context.tsx';
import { inbox as text } from '../../../text/add-device.ts';
import { formatCount } from '../../../text/format.ts';
import { FoundCard } from './FoundCard.tsx';

const rowId = (found: FoundView): string => found.id;

/** Asks addresses of the network whether they speak Modbus TCP. */
function LookSheet(props: { onClose: () => void }): ReactNode {
  const { toasts } = useConsole();
  const [typed, setTyped] = useState('');
  const addresses = typed.split(/[\s,;]+/).filter(Boolean);
  const { run, busy, problem } = useCall('inbox.look', {
    inline: true,
    onDone: ({ asked, answered }) => {
      toasts.say(asked === 0 ? text.lookedNone : `${text.looked(asked)} ${text.answered(answered)}`);
      props.onClose();
    },
  });
  return (
    <ConsentSheet
      title={text.lookTitle}
      effects={text.lookEffects}
      action={text.lookAction}
      busy={busy}
      problem={problem}
      onClose={props.onClose}
      onAgree={(by) => {
        if (addresses.length > 0) void run({ addresses, by, consent: true });
      }}
    >
      <TextField
        id="look-addresses"
        label={text.lookField}
        value={typed}
        onChange={setTyped}
        hint={addresses.length === 0 ? text.lookNeed : text.lookHint}
        autoFocus
      />
    </ConsentSheet>
  );
}

function Added(props: { rows: readonly FoundView[] }): ReactNode {
  return (
    <details className="sheet found-more">
      <summary>{text.added(formatCount(props.rows.length))}</summary>
      <ul className="found-done">
        {props.rows.map((found) => (
          <li key={found.id}>
            <span className="grow">
              {found.title} <span className="small muted">{found.place}</span>
            </span>
            {found.device !== null && (
              <a className="button" data-kind="quiet" href={href('devices', found.device)}>
                {text.open}
              </a>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What was seen, the new things first; what was ignored or is set up already is folded away. */
export function InboxList(): ReactNode {
  const table = useRows('inbox');
  const [looking, setLooking] = useState(false);
  const { rows, touch } = useSteadyRows(rowsOf(table), rowId);
  // what was just plugged in or found stands on top, where it is looked for
  const fresh = rows.filter((one) => one.state === 'new' || one.moved).sort((a, b) => b.firstAt - a.firstAt);
  const ignored = rows.filter((one) => one.state === 'ignored' && !one.moved);
  const added = rows.filter((one) => one.state === 'added' && !one.moved);
  return (
    <section className="stack" aria-label={text.title}>
      <div className="sheet" {...touch}>
        <header className="sheet-head">
          <div className="grow">
            <h2>{text.title}</h2>
            <p className="small muted">{text.intro}</p>
          </div>
          <Button icon={<Radar size={18} aria-hidden="true" />} onClick={() => setLooking(true)}>
            {text.look}
          </Button>
        </header>
        {table.status === 'loading' ? (
          <Skeleton rows={4} />
        ) : fresh.length === 0 ? (
          <EmptyNotice title={text.empty} body={text.emptyBody} />
        ) : (
          <ul className="found-list">
            {fresh.map((found) => (
              <FoundCard key={found.id} found={found} />
            ))}
          </ul>
        )}
      </div>
      {ignored.length > 0 && (
        <details className="sheet found-more">
          <summary>{text.ignored(formatCount(ignored.length))}</summary>
          <ul className="found-list">
            {ignored.map((found) => (
              <FoundCard key={found.id} found={found} />
            ))}
          </ul>
        </details>
      )}
      {added.length > 0 && <Added rows={added} />}
      {looking && <LookSheet onClose={() => setLooking(false)} />}
    </section>
  );
}
