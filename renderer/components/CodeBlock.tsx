import Check from 'lucide-react/icons/check';
import Copy from 'lucide-react/icons/copy';
import { type ReactNode, useEffect, useState } from 'react';
import { useConsole } from '../stores/context.tsx';
import { common } from '../text/common.ts';
import { IconButton } from './Button.tsx';
import './hex-text.css';

/** Text as it is, scrolling in both directions (or wrapped), with a button that copies it where the browser allows that. */
export function CodeBlock(props: { text: string; label: string; wrap?: boolean; maxHeight?: number }): ReactNode {
  const { clock } = useConsole();
  const [copied, setCopied] = useState(false);
  useEffect(() => (copied ? clock.after(2000, () => setCopied(false)) : undefined), [copied, clock]);
  const clipboard = window.isSecureContext ? navigator.clipboard : undefined;
  return (
    <div className="code" style={props.maxHeight === undefined ? {} : { '--code-height': `${props.maxHeight}px` }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <section className="code-area" tabIndex={0} aria-label={props.label}>
        <pre data-wrap={props.wrap || undefined}>{props.text}</pre>
      </section>
      {clipboard && (
        <IconButton
          icon={copied ? <Check size={18} aria-hidden="true" /> : <Copy size={18} aria-hidden="true" />}
          label={copied ? common.copied : common.copy}
          onClick={() => {
            clipboard.writeText(props.text).then(
              () => setCopied(true),
              () => setCopied(false),
            );
          }}
        />
      )}
    </div>
  );
}
