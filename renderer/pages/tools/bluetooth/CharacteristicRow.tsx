import { type ReactNode, useState } from 'react';
import type { GattTreeView } from '../../../../core/contract/field-views.ts';
import { Button } from '../../../components/Button.tsx';
import { bytesOf, hexOf, textOf } from '../../../components/HexText.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { bluetooth as text } from '../../../text/bluetooth.ts';
import { GattWriteDialog } from './GattWriteDialog.tsx';
import type { Said } from './gatt-said.ts';

type Characteristic = GattTreeView['services'][number]['characteristics'][number];

function Value(props: { value: string | null; words: string }): ReactNode {
  if (props.value === null) return <span className="muted">{text.never}</span>;
  const bytes = bytesOf(props.value);
  const hex = hexOf(bytes);
  const saysMore = props.words !== '' && props.words.replaceAll(' ', '').toUpperCase() !== hex.replaceAll(' ', '');
  return (
    <>
      {saysMore && <strong>{props.words} </strong>}
      <span className="mono small gatt-bytes">
        {hex} <span className="muted">{textOf(bytes)}</span>
      </span>
    </>
  );
}

/** One characteristic: its value, and what can be done with it. */
export function CharacteristicRow(props: {
  session: string;
  live: boolean;
  /** As calls name it. */
  id: string;
  characteristic: Characteristic;
  /** What came of it since; undefined where nothing did. */
  said: Said | undefined;
}): ReactNode {
  const { session, live, characteristic: one } = props;
  const [answer, setAnswer] = useState<Said | null>(null);
  const [follows, setFollows] = useState(false);
  const [writing, setWriting] = useState(false);
  const read = useCall('gatt.read', { onDone: setAnswer });
  const notify = useCall('gatt.notify', { onDone: () => setFollows((on) => !on) });
  const can = (...flags: string[]): boolean => live && one.flags.some((flag) => flags.includes(flag));
  const name = one.name || one.uuid;
  const shown = props.said ?? answer ?? one;
  const at = { session, characteristic: props.id };
  return (
    <li className="gatt-row">
      <div className="grow">
        <p className="gatt-name">
          {name} <span className="small muted mono">{one.name === '' ? '' : one.uuid}</span>
        </p>
        <p>
          <Value value={shown.value} words={shown.words} />
        </p>
        <p className="small muted">
          {text.flags}: {one.flags.join(', ')}
        </p>
      </div>
      <div className="row row-wrap">
        {can('read') && (
          <Button aria-label={`${text.read}: ${name}`} busy={read.busy} onClick={() => void read.run(at)}>
            {text.read}
          </Button>
        )}
        {can('notify', 'indicate') && (
          <Button
            aria-label={`${follows ? text.unfollow : text.notify}: ${name}`}
            aria-pressed={follows}
            busy={notify.busy}
            onClick={() => void notify.run({ ...at, on: !follows })}
          >
            {follows ? text.unfollow : text.notify}
          </Button>
        )}
        {can('write', 'write-without-response') && (
          <Button aria-label={`${text.write} ${name}`} onClick={() => setWriting(true)}>
            {text.write}
          </Button>
        )}
      </div>
      {writing && live && (
        <GattWriteDialog
          session={session}
          characteristic={props.id}
          name={name}
          confirmed={can('write')}
          plain={can('write-without-response')}
          onClose={() => setWriting(false)}
        />
      )}
    </li>
  );
}
