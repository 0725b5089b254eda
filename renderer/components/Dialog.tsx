import X from 'lucide-react/icons/x';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { common } from '../text/common.ts';
import { IconButton } from './Button.tsx';
import './dialog.css';

/**
 * A native modal dialog: focus goes to `[data-autofocus]` or the first control and stays inside, Escape and the backdrop close it, focus returns to where it was.
 * `side` puts it at the right edge (a full sheet on a phone), for lists; otherwise it is centred.
 */
export function Dialog(props: {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  actions?: ReactNode;
  side?: boolean;
  wide?: boolean;
}): ReactNode {
  const { open, onClose } = props;
  const ref = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog || dialog.open === open) return;
    if (!open) dialog.close();
    else {
      dialog.showModal();
      dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    }
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the click is on the backdrop only; Escape does the same
    <dialog
      ref={ref}
      className="dialog"
      data-side={props.side || undefined}
      data-wide={props.wide || undefined}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      {open && (
        <div className="dialog-sheet">
          <header className="dialog-head">
            <h2 id={title} className="grow">
              {props.title}
            </h2>
            <IconButton icon={<X size={20} aria-hidden="true" />} label={common.close} onClick={onClose} />
          </header>
          <div className="dialog-body">{props.children}</div>
          {props.actions !== undefined && <footer className="dialog-foot">{props.actions}</footer>}
        </div>
      )}
    </dialog>
  );
}
