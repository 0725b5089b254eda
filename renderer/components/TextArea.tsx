import type { ReactNode } from 'react';
import type { FieldProps } from './Choices.tsx';

/** A labelled field of several lines. */
export function TextArea(props: FieldProps & { rows: number; className?: string; placeholder?: string }): ReactNode {
  const about = `${props.id}-about`;
  return (
    <div className="field">
      <label className="field-label" htmlFor={props.id}>
        {props.label}
      </label>
      <textarea
        id={props.id}
        className={`input mono ${props.className ?? ''}`}
        rows={props.rows}
        value={props.value}
        placeholder={props.placeholder}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        aria-invalid={props.error !== undefined}
        aria-describedby={about}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <p id={about} className={props.error === undefined ? 'field-hint num' : 'field-error'}>
        {props.error ?? props.hint}
      </p>
    </div>
  );
}
