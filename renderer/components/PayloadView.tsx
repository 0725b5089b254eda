import { type ReactNode, useRef, useState } from 'react';
import { payload as text } from '../text/payload.ts';
import { SegmentedControl } from './Choices.tsx';
import { CopyButton } from './CopyButton.tsx';
import { bytesOf, HexText, hexOf } from './HexText.tsx';
import { JsonTree } from './JsonTree.tsx';
import './payload-view.css';
import { payloadJson, payloadText } from './payload-text.ts';

type Format = keyof typeof text.formats;

/** What a payload is made of: base64, its whole size, and whether it was cut off. */
export interface Payload {
  readonly payload: string;
  readonly size: number;
  readonly truncated: boolean;
}

function Content(props: { message: Payload; format: Format; words: string }): ReactNode {
  const { message, format, words } = props;
  if (message.size === 0) return <p className="muted">{text.empty}</p>;
  if (format === 'hex') return <HexText bytes={message.payload} label={text.formats.hex} />;
  if (format === 'text') return <pre className="payload-text mono">{words}</pre>;
  const json = payloadJson(words);
  if (json.ok) return <JsonTree value={json.value} />;
  return <p className="muted">{message.truncated ? text.cut : text.notJson}</p>;
}

/** The content of a message as JSON, hex or text, and a way to copy it. */
export function PayloadView(props: { message: Payload }): ReactNode {
  const { message } = props;
  const words = payloadText(message.payload);
  const [format, setFormat] = useState<Format>(() => (payloadJson(words).ok ? 'json' : 'text'));
  const content = useRef<HTMLDivElement>(null);
  return (
    <>
      <div className="row row-wrap">
        <SegmentedControl
          label={text.as}
          value={format}
          choices={(['json', 'hex', 'text'] as const).map((value) => ({ value, label: text.formats[value] }))}
          onChange={setFormat}
        />
        <span className="grow" />
        <CopyButton text={format === 'hex' ? hexOf(bytesOf(message.payload)) : words} target={() => content.current} />
      </div>
      <div className="payload" ref={content}>
        <Content message={message} format={format} words={words} />
      </div>
    </>
  );
}
