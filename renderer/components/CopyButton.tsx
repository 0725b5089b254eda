import Check from 'lucide-react/icons/check';
import Copy from 'lucide-react/icons/copy';
import { type ReactNode, useEffect, useState } from 'react';
import { useConsole } from '../stores/context.tsx';
import { payload as words } from '../text/payload.ts';
import { Button } from './Button.tsx';

/** Selects what an element shows, so that a key press or a long touch copies it. */
export function selectText(element: HTMLElement): void {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = window.getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
}

/**
 * Copies a text. Where the clipboard is closed to us (plain http, the kiosk window), what `target` shows is selected instead and
 * the button says how to go on.
 */
export function CopyButton(props: { text: string; target: () => HTMLElement | null }): ReactNode {
  const { clock } = useConsole();
  const [state, setState] = useState<'idle' | 'copied' | 'selected'>('idle');
  useEffect(() => (state === 'idle' ? undefined : clock.after(4000, () => setState('idle'))), [state, clock]);
  function select(): void {
    const element = props.target();
    if (!element) return;
    selectText(element);
    setState('selected');
  }
  function copy(): void {
    const clipboard = window.isSecureContext ? navigator.clipboard : undefined;
    if (!clipboard) select();
    else clipboard.writeText(props.text).then(() => setState('copied'), select);
  }
  const Icon = state === 'copied' ? Check : Copy;
  return (
    <Button kind="quiet" icon={<Icon size={18} aria-hidden="true" />} onClick={copy}>
      <span role="status">{state === 'idle' ? words.copy : words[state]}</span>
    </Button>
  );
}
