import Bluetooth from 'lucide-react/icons/bluetooth';
import Cable from 'lucide-react/icons/cable';
import Network from 'lucide-react/icons/network';
import Rss from 'lucide-react/icons/rss';
import Usb from 'lucide-react/icons/usb';
import type { ReactNode } from 'react';
import type { FoundView } from '../../../../core/contract/commission-views.ts';
import { Button } from '../../../components/Button.tsx';
import { Ago } from '../../../components/Notices.tsx';
import { StateBadge } from '../../../components/StateBadge.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { useRow } from '../../../hooks/use-table.ts';
import { inbox as text } from '../../../text/add-device.ts';
import { beginFound } from './begin.ts';
import { goStep, useAdding } from './use-adding.ts';

const ICONS = {
  port: Usb,
  ble: Bluetooth,
  mqtt: Rss,
  sparkplug: Rss,
  'modbus-tcp': Network,
  'modbus-unit': Cable,
} as const satisfies Record<FoundView['kind'], unknown>;

function Guess(props: { found: FoundView; onAdd: (guess: number) => void }): ReactNode {
  const [first, ...others] = props.found.guesses;
  if (!first) return props.found.moved ? null : <p className="small muted">{text.noGuessWhy}</p>;
  return (
    <>
      <p>
        <span className="muted">{text.confidence[first.confidence]}:</span> <strong>{first.what}</strong>
      </p>
      <p className="small muted">{first.why}</p>
      {others.length > 0 && (
        <details className="found-others">
          <summary>{text.other(others.length)}</summary>
          <ul className="small">
            {others.map((guess, i) => (
              <li key={guess.what} className="row">
                <span className="grow">
                  {text.confidence[guess.confidence]}: {guess.what}. {guess.why}
                </span>
                <Button kind="quiet" onClick={() => props.onAdd(i + 1)}>
                  {text.addAs}
                </Button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Moved(props: { found: FoundView }): ReactNode {
  const id = props.found.device ?? '';
  const device = useRow('devices', id);
  return (
    <p className="small row found-moved" data-tone="care">
      <StateBadge tone="care" label={text.moved} size="s" /> {text.movedBody(device?.name ?? id)} {props.found.note}
    </p>
  );
}

/** What a person should know before it is added: another device is at a known address, or it looks like one that is missed. */
function Note(props: { words: string }): ReactNode {
  return (
    <p className="small row found-moved" data-tone="care">
      <StateBadge tone="care" label={text.check} size="s" /> {props.words}
    </p>
  );
}

/** One thing that was seen: what it is called, where it is, what it probably is and why; to be added or ignored. */
export function FoundCard(props: { found: FoundView }): ReactNode {
  const { found } = props;
  const { book } = useAdding();
  const ignore = useCall('inbox.ignore');
  const Icon = ICONS[found.kind];
  const isIgnored = found.state === 'ignored';
  function add(guess: number): void {
    const { known, step } = beginFound(found, guess);
    const now = book.store.getState();
    // the one that is being added already goes on with all that was written of it
    const goesOn = now.draft !== null && now.found === found.id && now.guess === (known.guess ?? null);
    if (!goesOn) book.begin(known);
    goStep(step);
  }
  return (
    <li className="found" data-gone={!found.present || undefined}>
      <Icon className="found-icon" size={24} aria-hidden="true" />
      <div className="found-what">
        <h3 className="found-title">{found.title}</h3>
        <p className="small muted">
          {text.kinds[found.kind]} · <span className="mono">{found.place}</span>
          {found.detail !== '' && ` · ${found.detail}`} ·{' '}
          {found.present ? (
            <>
              {text.seen} <Ago at={found.lastAt} />
            </>
          ) : (
            text.gone
          )}
        </p>
        {found.moved ? <Moved found={found} /> : found.note !== null && <Note words={found.note} />}
        <Guess found={found} onAdd={add} />
      </div>
      <div className="found-actions">
        {!isIgnored && (
          <Button
            aria-label={found.moved ? text.moveName(found.title) : text.addName(found.title)}
            disabled={!found.present || (found.guesses.length === 0 && !found.moved)}
            onClick={() => add(0)}
          >
            {found.moved ? text.move : text.add}
          </Button>
        )}
        <Button
          kind="quiet"
          busy={ignore.busy}
          aria-label={isIgnored ? text.unignoreName(found.title) : text.ignoreName(found.title)}
          onClick={() => void ignore.run({ id: found.id, ignored: !isIgnored })}
        >
          {isIgnored ? text.unignore : text.ignore}
        </Button>
      </div>
    </li>
  );
}
