import ArrowLeft from 'lucide-react/icons/arrow-left';
import { type ReactNode, useRef, useState } from 'react';
import type { MessageView } from '../../../core/contract/views.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { SegmentedControl } from '../../components/Choices.tsx';
import { CopyButton } from '../../components/CopyButton.tsx';
import { bytesOf, HexText, hexOf } from '../../components/HexText.tsx';
import { JsonTree } from '../../components/JsonTree.tsx';
import { panel as text } from '../../text/flows.ts';
import { formatBytes, formatCount, formatDay, formatExactTime } from '../../text/format.ts';
import { payloadJson, payloadText } from './payload.ts';

type Format = keyof typeof text.formats;

function Content(props: { message: MessageView; format: Format; words: string }): ReactNode {
  const { message, format, words } = props;
  if (message.size === 0) return <p className="muted">{text.emptyPayload}</p>;
  if (format === 'hex') return <HexText bytes={message.payload} label={text.formats.hex} />;
  if (format === 'text') return <pre className="message-text mono">{words}</pre>;
  const json = payloadJson(words);
  if (json.ok) return <JsonTree value={json.value} />;
  return <p className="muted">{message.truncated ? text.cut : text.notJson}</p>;
}

/** One message: where it came from, and its content as JSON, hex or text. */
export function MessageDetail(props: { message: MessageView; onBack: () => void; onTrace: (id: string) => void }): ReactNode {
  const { message } = props;
  const words = payloadText(message);
  const [format, setFormat] = useState<Format>(() => (payloadJson(words).ok ? 'json' : 'text'));
  const content = useRef<HTMLDivElement>(null);
  const { traceId } = message;
  return (
    <div className="message">
      <div className="row">
        <IconButton icon={<ArrowLeft size={20} aria-hidden="true" />} label={text.back} onClick={props.onBack} />
        <h3 className="grow mono message-topic">{message.topic}</h3>
      </div>
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
      <div className="message-content" ref={content}>
        <Content message={message} format={format} words={words} />
      </div>
      <dl className="facts small">
        <dt>{text.messageFacts.at}</dt>
        <dd className="num">
          {formatDay(message.at)}, {formatExactTime(message.at)}
        </dd>
        <dt>{text.messageFacts.source}</dt>
        <dd className="mono">{message.source}</dd>
        <dt>{text.messageFacts.sequence}</dt>
        <dd className="num">{formatCount(message.sequence)}</dd>
        <dt>{text.messageFacts.qos}</dt>
        <dd className="num">{message.qos}</dd>
        <dt>{text.messageFacts.size}</dt>
        <dd className="num">{text.size(formatBytes(message.size), message.truncated)}</dd>
      </dl>
      {traceId !== null && <Button onClick={() => props.onTrace(traceId)}>{text.openTrace}</Button>}
    </div>
  );
}
