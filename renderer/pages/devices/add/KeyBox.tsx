import Delete from 'lucide-react/icons/delete';
import { type ReactNode, useState } from 'react';
import { BIND_KEY_DIGITS } from '../../../../core/contract/bind-key.ts';
import type { Draft } from '../../../../core/contract/commission-views.ts';
import { Button } from '../../../components/Button.tsx';
import { TextField } from '../../../components/Choices.tsx';
import { ErrorNotice, ProblemNotice } from '../../../components/Notices.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { bindKey as text } from '../../../text/bind-key.ts';
import { isWholeKey, keyFault, tidyKey } from './bind-key.ts';
import { type ToldFact, withFacts } from './draft.ts';
import './key-box.css';
import { useAdding } from './use-adding.ts';

const DIGITS = [...'0123456789ABCDEF'];

/** Hex digits to touch; a real keyboard works too. */
function HexPad(props: { value: string; onChange: (value: string) => void }): ReactNode {
  const { value, onChange } = props;
  const full = value.length >= BIND_KEY_DIGITS;
  return (
    <fieldset className="key-pad">
      <legend className="visually-hidden">{text.pad}</legend>
      {DIGITS.map((digit) => (
        <button key={digit} type="button" className="button" disabled={full} onClick={() => onChange(value + digit)}>
          {digit}
        </button>
      ))}
      <button
        type="button"
        className="button key-back"
        aria-label={text.backspace}
        disabled={value === ''}
        onClick={() => onChange(value.slice(0, -1))}
      >
        <Delete size={22} aria-hidden="true" />
      </button>
    </fieldset>
  );
}

/** The key is typed and tried on what the device sends; what it tells then are the values of the draft. */
function KeyForm(props: { draft: Draft; onFits: (facts: readonly ToldFact[]) => void; onUse: () => void }): ReactNode {
  const { draft, onFits, onUse } = props;
  const { set } = useAdding();
  const [key, setKey] = useState('');
  const { run, busy, problem, clear } = useCall('commission.key', {
    inline: true,
    onDone: ({ facts }) => {
      set({ bindKey: key, draft: withFacts(draft, facts) });
      onFits(facts);
    },
  });
  const fault = keyFault(key);
  const change = (typed: string): void => {
    clear();
    setKey(tidyKey(typed));
  };
  const use = (): void => {
    set({ bindKey: key });
    onUse();
  };
  return (
    <>
      <TextField
        id="bind-key"
        label={text.label}
        value={key}
        onChange={change}
        {...(fault === null ? { hint: text.count(key.length) } : { error: fault })}
      />
      <HexPad value={key} onChange={change} />
      {problem && (
        <ProblemNotice
          problem={problem}
          {...(problem.code === 'ble/not-seen' ? { action: <Button onClick={use}>{text.allTheSame}</Button> } : {})}
        />
      )}
      <div className="row">
        <Button
          kind="primary"
          busy={busy}
          disabled={!isWholeKey(key)}
          onClick={() => void run({ address: String(draft['address']), bindKey: key })}
        >
          {busy ? text.trying : text.try}
        </Button>
      </div>
    </>
  );
}

/** The key of an encrypted Bluetooth device, asked for before it is tried. It is never a part of the draft. */
export function KeyBox(props: { draft: Draft }): ReactNode {
  const { draft } = props;
  const { bindKey, replaces, set } = useAdding();
  const [facts, setFacts] = useState<readonly ToldFact[]>([]);
  const [isChanging, setChanging] = useState(false);
  const isAsked = bindKey === '' && (replaces === null || isChanging);
  const proven = text.fits(facts.map(({ name }) => name).join(', '));
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2 className="grow">{text.title}</h2>
        {!isAsked && (
          <Button
            onClick={() => {
              setFacts([]);
              setChanging(true);
              set({ bindKey: '' });
            }}
          >
            {text.another}
          </Button>
        )}
      </header>
      <div className="sheet-body stack">
        {isAsked ? (
          <>
            <p>{text.intro}</p>
            <p className="small muted">{text.where}</p>
            <KeyForm draft={draft} onFits={setFacts} onUse={() => setFacts([])} />
          </>
        ) : (
          <p role="status">{bindKey === '' ? text.kept : facts.length > 0 ? proven : text.unproven}</p>
        )}
      </div>
    </section>
  );
}

/** For the last step: a device that needs a key and has none. */
export function KeyMissing(): ReactNode {
  return <ErrorNotice tone="warn" what={text.none} meaning={text.noneBody} />;
}
