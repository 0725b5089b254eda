import { type ReactNode, useMemo, useRef } from 'react';
import { CopyButton } from './CopyButton.tsx';
import './numbered-text.css';

/** A document with line numbers, to be read; the numbers are not copied along. */
export function NumberedText(props: { text: string; label: string; maxHeight?: number }): ReactNode {
  const body = useRef<HTMLPreElement>(null);
  const numbers = useMemo(
    () => Array.from({ length: props.text.replace(/\n$/, '').split('\n').length }, (_, index) => index + 1).join('\n'),
    [props.text],
  );
  return (
    <div className="numbered" style={props.maxHeight === undefined ? {} : { '--numbered-height': `${props.maxHeight}px` }}>
      <div className="numbered-head">
        <CopyButton text={props.text} target={() => body.current} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard */}
      <section className="numbered-area" tabIndex={0} aria-label={props.label}>
        <pre className="numbered-lines num" aria-hidden="true">
          {numbers}
        </pre>
        <pre ref={body}>{props.text}</pre>
      </section>
    </div>
  );
}
