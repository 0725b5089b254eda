import X from 'lucide-react/icons/x';
import { type ReactNode, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { useConsole } from '../stores/context.tsx';
import { common } from '../text/common.ts';
import { IconButton } from './Button.tsx';
import { StateIcon } from './StateBadge.tsx';
import './toaster.css';

/** The answers to what a person did, at the lower edge and above dialogs; read aloud as they come. */
export function Toaster(): ReactNode {
  const { toasts } = useConsole();
  const all = useStore(toasts.store);
  const stack = useRef<HTMLDivElement>(null);
  // A popover is drawn above a modal dialog only if it was opened after it.
  useEffect(() => {
    stack.current?.hidePopover?.();
    if (all.length > 0) stack.current?.showPopover?.();
  }, [all]);
  const newest = all.at(-1);
  return (
    <>
      <p className="visually-hidden" role="status">
        {newest ? `${newest.text} ${newest.remedy}` : ''}
      </p>
      <div className="toaster" ref={stack} popover="manual">
        {all.map((toast) => {
          const tone = toast.tone === 'fault' ? 'fault' : 'normal';
          return (
            <div key={toast.id} className="toast" data-tone={tone}>
              <StateIcon tone={tone} size={20} />
              <div className="grow">
                <p className="toast-text">{toast.text}</p>
                {toast.remedy !== '' && <p className="muted small">{toast.remedy}</p>}
              </div>
              <IconButton icon={<X size={18} aria-hidden="true" />} label={common.close} onClick={() => toasts.close(toast.id)} />
            </div>
          );
        })}
      </div>
    </>
  );
}
