import ArrowLeft from 'lucide-react/icons/arrow-left';
import type { ReactNode } from 'react';
import type { MessageView } from '../../../core/contract/views.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { PayloadView } from '../../components/PayloadView.tsx';
import { SaveTestEvent } from '../../components/SaveTestEvent.tsx';
import { panel as text } from '../../text/flows.ts';
import { formatBytes, formatCount, formatDay, formatExactTime } from '../../text/format.ts';
import { payload as payloadText } from '../../text/payload.ts';

/** The function that a flow ends at; null where it ends elsewhere. */
const functionOf = (party: string): string | null => (party.startsWith('function:') ? party.slice('function:'.length) : null);

/** One message of a flow to the party `to`: where it came from, and its content as JSON, hex or text. */
export function MessageDetail(props: {
  message: MessageView;
  to: string;
  onBack: () => void;
  onTrace: (id: string) => void;
}): ReactNode {
  const { message } = props;
  const target = functionOf(props.to);
  const { traceId } = message;
  return (
    <div className="scroll-body message">
      <div className="row">
        <IconButton icon={<ArrowLeft size={20} aria-hidden="true" />} label={text.back} onClick={props.onBack} />
        <h3 className="grow mono message-topic">{message.topic}</h3>
      </div>
      <PayloadView message={message} />
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
        <dd className="num">{payloadText.size(formatBytes(message.size), message.truncated)}</dd>
      </dl>
      {target !== null && (
        <SaveTestEvent
          name={target}
          topic={message.topic}
          payload={message.payload}
          at={message.at}
          truncated={message.truncated}
        />
      )}
      {traceId !== null && <Button onClick={() => props.onTrace(traceId)}>{text.openTrace}</Button>}
    </div>
  );
}
