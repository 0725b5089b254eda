import Search from 'lucide-react/icons/search';
import X from 'lucide-react/icons/x';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import { common } from '../text/common.ts';
import { IconButton } from './Button.tsx';

/** Arrow keys, Home and End among the elements of `role` inside the container; the target is focused and clicked. */
function moveBy(event: KeyboardEvent<HTMLElement>, role: 'tab' | 'radio'): void {
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(`[role=${role}]`)];
  const at = event.target instanceof HTMLElement ? all.indexOf(event.target) : -1;
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const next =
    event.key === 'Home'
      ? all[0]
      : event.key === 'End'
        ? all.at(-1)
        : step === undefined
          ? undefined
          : all.at((at + step) % all.length);
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
}

export interface Choice<V extends string> {
  readonly value: V;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly count?: number;
}

/** One of a few, all in sight. */
export function SegmentedControl<V extends string>(props: {
  label: string;
  value: V;
  choices: readonly Choice<V>[];
  onChange: (value: V) => void;
}): ReactNode {
  return (
    <div className="segments" role="radiogroup" aria-label={props.label} onKeyDown={(event) => moveBy(event, 'radio')}>
      {props.choices.map((choice) => (
        // biome-ignore lint/a11y/useSemanticElements: a native radio cannot hold an icon and a count
        <button
          key={choice.value}
          type="button"
          role="radio"
          className="segment"
          aria-checked={choice.value === props.value}
          tabIndex={choice.value === props.value ? 0 : -1}
          onClick={() => props.onChange(choice.value)}
        >
          {choice.icon}
          {choice.label}
          {choice.count !== undefined && <span className="segment-count">{choice.count}</span>}
        </button>
      ))}
    </div>
  );
}

/** Tabs over one panel. `id` names the panel (`<id>-panel`) and the tabs. */
export function Tabs<V extends string>(props: {
  id: string;
  label: string;
  value: V;
  tabs: readonly Choice<V>[];
  onChange: (value: V) => void;
  children: ReactNode;
}): ReactNode {
  return (
    <>
      <div className="tabs" role="tablist" aria-label={props.label} onKeyDown={(event) => moveBy(event, 'tab')}>
        {props.tabs.map((tab) => (
          <button
            key={tab.value}
            type="button"
            role="tab"
            id={`${props.id}-${tab.value}`}
            className="tab"
            aria-selected={tab.value === props.value}
            aria-controls={`${props.id}-panel`}
            tabIndex={tab.value === props.value ? 0 : -1}
            onClick={() => props.onChange(tab.value)}
          >
            {tab.label}
            {tab.count !== undefined && <span className="segment-count"> {tab.count}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${props.id}-panel`} aria-labelledby={`${props.id}-${props.value}`} className="tab-panel">
        {props.children}
      </div>
    </>
  );
}

/** A search field that says what it searches; `/` puts the focus into it (see Shortcuts). */
export function SearchField(props: { label: string; value: string; onChange: (value: string) => void }): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="search">
      <Search size={18} aria-hidden="true" />
      <input
        ref={input}
        type="search"
        className="input"
        data-search
        aria-label={props.label}
        placeholder={props.label}
        value={props.value}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => props.onChange(event.target.value)}
      />
      {props.value !== '' && (
        <IconButton
          icon={<X size={18} aria-hidden="true" />}
          label={common.clearSearch}
          onClick={() => {
            props.onChange('');
            input.current?.focus();
          }}
        />
      )}
    </div>
  );
}

/** What every labelled field has: the hint below it gives way to the error. */
export interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  readonly error?: string | undefined;
}

/** A labelled field of one line. `inputMode` decides which on-screen keyboard comes up. */
export function TextField(
  props: FieldProps & {
    numeric?: boolean;
    /** Shows dots instead of what is typed. */
    secret?: boolean;
    unit?: string;
    /** The first field of a dialog gets the focus when it opens. */
    autoFocus?: boolean;
  },
): ReactNode {
  const about = `${props.id}-about`;
  return (
    <div className="field">
      <label className="field-label" htmlFor={props.id}>
        {props.label}
        {props.unit !== undefined && props.unit !== '' && <span className="muted"> ({props.unit})</span>}
      </label>
      <input
        id={props.id}
        className="input num"
        value={props.value}
        type={props.secret ? 'password' : 'text'}
        inputMode={props.numeric ? 'decimal' : 'text'}
        aria-invalid={props.error !== undefined}
        aria-describedby={about}
        autoComplete="off"
        spellCheck={false}
        data-autofocus={props.autoFocus || undefined}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <p id={about} className={props.error === undefined ? 'field-hint' : 'field-error'}>
        {props.error ?? props.hint}
      </p>
    </div>
  );
}
