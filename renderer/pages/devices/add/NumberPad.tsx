import Delete from 'lucide-react/icons/delete';
import { type KeyboardEvent, type ReactNode, useId } from 'react';
import { matrix as text } from '../../../text/matrix.ts';

const KEYS = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '-', '0', '.'] as const;
const LONGEST = 14;

/** What a key makes of a number: a minus only in front, one decimal sign, not too long. Pure. */
export function typeKey(value: string, key: string): string {
  if (key === 'back') return value.slice(0, -1);
  if (key === '-') return value.startsWith('-') ? value.slice(1) : `-${value}`;
  if (key === '.') return value.includes('.') ? value : `${value === '' || value === '-' ? `${value}0` : value}.`;
  return value.length >= LONGEST ? value : `${value}${key}`;
}

/** What of a pasted or typed text can stand on a display. */
const clean = (typed: string): string =>
  typed
    .replace(',', '.')
    .replace(/[^\d.-]/g, '')
    .slice(0, LONGEST);

/** A number with keys of its own beside it, large enough for gloves; a real keyboard works too. */
export function NumberPad(props: { value: string; onChange: (value: string) => void; onEnter: () => void }): ReactNode {
  const id = useId();
  return (
    <div className="pad">
      <label className="field-label" htmlFor={id}>
        {text.display}
      </label>
      <div className="pad-shown">
        <input
          id={id}
          className="input num pad-field"
          inputMode="none"
          autoComplete="off"
          spellCheck={false}
          value={props.value}
          onChange={(event) => props.onChange(clean(event.target.value))}
          onKeyDown={(event: KeyboardEvent) => {
            if (event.key === 'Enter') props.onEnter();
          }}
        />
        <button
          type="button"
          className="button"
          data-icon-only
          aria-label={text.backspace}
          disabled={props.value === ''}
          onClick={() => props.onChange(typeKey(props.value, 'back'))}
        >
          <Delete size={22} aria-hidden="true" />
        </button>
      </div>
      <fieldset className="pad-keys">
        <legend className="visually-hidden">{text.pad}</legend>
        {KEYS.map((key) => (
          <button key={key} type="button" className="button" onClick={() => props.onChange(typeKey(props.value, key))}>
            {key === '-' ? '−' : key}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
