import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useConsole } from '../stores/context.tsx';
import { common } from '../text/common.ts';

const HOLD_MS = 1200;

/**
 * A button for what cannot be taken back: works only when pressed and held for 1.2 s, by finger, mouse, Enter or Space.
 * Letting go early does nothing.
 */
export function ConfirmHold(props: {
  label: string;
  icon?: ReactNode;
  onConfirm: () => void;
  kind?: 'plain' | 'primary';
  disabled?: boolean;
  busy?: boolean;
  holdMs?: number;
}): ReactNode {
  const { clock } = useConsole();
  const hint = useId();
  const holdMs = props.holdMs ?? HOLD_MS;
  const [holding, setHolding] = useState(false);
  const cancel = useRef<() => void>(() => {});
  useEffect(() => () => cancel.current(), []);
  const disabled = props.disabled === true || props.busy === true;

  function start(): void {
    if (holding || disabled) return;
    setHolding(true);
    cancel.current = clock.after(holdMs, () => {
      setHolding(false);
      props.onConfirm();
    });
  }
  function stop(): void {
    cancel.current();
    setHolding(false);
  }
  const isKey = (event: KeyboardEvent): boolean => event.key === 'Enter' || event.key === ' ';
  return (
    <button
      type="button"
      className="button hold"
      data-kind={props.kind ?? 'plain'}
      data-holding={holding || undefined}
      style={{ '--hold-ms': `${holdMs}ms` }}
      disabled={disabled}
      aria-describedby={hint}
      onPointerDown={(event: PointerEvent) => {
        if (event.button === 0) start();
      }}
      onPointerUp={stop}
      onPointerLeave={stop}
      onPointerCancel={stop}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        if (!event.repeat) start();
      }}
      onKeyUp={(event) => {
        if (isKey(event)) stop();
      }}
      onBlur={stop}
    >
      <span className="hold-fill" aria-hidden="true" />
      <span className="hold-label">
        {props.icon}
        {props.label}
      </span>
      <span className="visually-hidden" id={hint}>
        {common.holdHint}
      </span>
    </button>
  );
}
