import KeyboardOff from 'lucide-react/icons/keyboard-off';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useStore } from 'zustand';
import { IconButton } from '../components/Button.tsx';
import { useConsole } from '../stores/context.tsx';
import { frame } from '../text/frame.ts';
import './keyboard.css';

const Keys = lazy(async () => ({ default: (await import('./Keys.tsx')).Keys }));

type Field = HTMLInputElement | HTMLTextAreaElement;

function fieldOf(target: EventTarget | null): Field | null {
  if (target instanceof HTMLElement && target.inputMode === 'none') return null; // it has keys of its own beside it
  if (target instanceof HTMLTextAreaElement) return target.readOnly ? null : target;
  if (!(target instanceof HTMLInputElement) || target.readOnly) return null;
  return ['text', 'search', 'number', 'password', 'url', 'email', 'tel'].includes(target.type) ? target : null;
}

const isNumeric = (field: Field): boolean =>
  field.inputMode === 'decimal' || field.inputMode === 'numeric' || field.type === 'number';

/** Writes into a field as typing does, so that React hears of it. */
export function typeInto(field: Field, value: string): void {
  const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(field, value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** The name of a field, to show it above the keys. */
function nameOf(field: Field): string {
  return field.getAttribute('aria-label') ?? field.labels?.[0]?.textContent ?? field.placeholder;
}

/**
 * Comes up at the lower edge when a field gets the focus, where it is switched on. The page moves up by its height, and the
 * field is shown once more above the keys, so that it is never covered.
 */
export function OnScreenKeyboard(): ReactNode {
  const { settings } = useConsole();
  const enabled = useStore(settings, (s) => s.keyboard);
  const [field, setField] = useState<Field | null>(null);
  const [text, setText] = useState('');
  const panel = useRef<HTMLElement>(null);

  useEffect(() => {
    if (!enabled) return;
    const focused = (event: FocusEvent): void => {
      const next = fieldOf(event.target);
      if (!next) return;
      setField(next);
      setText(next.value);
    };
    const left = (event: FocusEvent): void => {
      const to = event.relatedTarget;
      if (to instanceof Node && panel.current?.contains(to)) return;
      if (!fieldOf(to)) setField(null);
    };
    const typed = (event: Event): void => {
      const now = fieldOf(event.target);
      if (now) setText(now.value);
    };
    document.addEventListener('focusin', focused);
    document.addEventListener('focusout', left);
    document.addEventListener('input', typed);
    return () => {
      document.removeEventListener('focusin', focused);
      document.removeEventListener('focusout', left);
      document.removeEventListener('input', typed);
      setField(null);
    };
  }, [enabled]);

  useEffect(() => {
    const root = document.documentElement;
    if (!field) return;
    root.dataset['keyboard'] = '';
    const resize = new ResizeObserver(() => root.style.setProperty('--keyboard', `${panel.current?.offsetHeight ?? 0}px`));
    if (panel.current) resize.observe(panel.current);
    const settle = requestAnimationFrame(() => field.scrollIntoView({ block: 'center' }));
    return () => {
      cancelAnimationFrame(settle);
      resize.disconnect();
      delete root.dataset['keyboard'];
      root.style.removeProperty('--keyboard');
    };
  }, [field]);

  if (!enabled || !field) return null;
  const hide = (): void => {
    field.blur();
    setField(null);
  };
  // Inside an open modal dialog: what is outside of it can be neither seen nor touched.
  const home = field.closest('dialog') ?? document.body;
  return createPortal(
    <section
      ref={panel}
      className="keyboard"
      data-numeric={isNumeric(field) || undefined}
      aria-label={frame.keyboard.label}
      onPointerDown={(event) => event.preventDefault()}
    >
      <div className="keyboard-head">
        <span className="muted small clip">{nameOf(field)}</span>
        <output className="keyboard-echo num">{field.type === 'password' ? '•'.repeat(text.length) : text}</output>
        <IconButton icon={<KeyboardOff size={20} aria-hidden="true" />} label={frame.keyboard.hide} onClick={hide} />
      </div>
      <Suspense>
        <Keys
          numeric={isNumeric(field)}
          multiline={field instanceof HTMLTextAreaElement}
          value={text}
          onChange={(value) => typeInto(field, value)}
          onEnter={() => {
            if (field.form) field.form.requestSubmit();
            else hide();
          }}
        />
      </Suspense>
    </section>,
    home,
  );
}
