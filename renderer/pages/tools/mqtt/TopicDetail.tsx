import { type ReactNode, useState } from 'react';
import type { MqttTopicView } from '../../../../core/contract/field-views.ts';
import { AskDialog } from '../../../components/AskDialog.tsx';
import { Button } from '../../../components/Button.tsx';
import { Ago } from '../../../components/Notices.tsx';
import { PayloadView } from '../../../components/PayloadView.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { formatBytes, formatCount, formatRate } from '../../../text/format.ts';
import { mqtt as text } from '../../../text/mqtt.ts';

/** Bytes of a payload that the view brings. */
export const SHOWN_BYTES = 256;

/** A topic's newest message and what is known of it. */
export function TopicDetail(props: { topic: MqttTopicView; onPublish: () => void }): ReactNode {
  const { topic } = props;
  const [asking, setAsking] = useState(false);
  const remove = useCall('message.publish', { done: text.removed, onDone: () => setAsking(false) });
  const truncated = topic.size > SHOWN_BYTES;
  const words = text.facts;
  return (
    <div className="stack">
      <p className="topic-full mono">{topic.id}</p>
      <dl className="facts">
        <dt>{words.last}</dt>
        <dd>
          <Ago at={topic.lastAt} />
        </dd>
        <dt>{words.count}</dt>
        <dd className="num">
          {formatCount(topic.count)} <span className="muted">({text.perS(formatRate(topic.perS))})</span>
        </dd>
        <dt>{words.client}</dt>
        <dd>{topic.client || text.unknownClient}</dd>
        <dt>{words.size}</dt>
        <dd className="num">{formatBytes(topic.size)}</dd>
        <dt>{words.retained}</dt>
        <dd>{topic.retained ? text.yes : text.no}</dd>
        <dt>{words.kind}</dt>
        <dd>{text.kind[topic.kind]}</dd>
      </dl>
      <div className="row row-wrap">
        <Button onClick={props.onPublish}>{text.publishHere}</Button>
        {topic.retained && <Button onClick={() => setAsking(true)}>{text.remove}</Button>}
      </div>
      {(topic.kind === 'sparkplug' || truncated) && topic.facts.length > 0 && (
        <section className="stack">
          <h3>{text.content}</h3>
          <dl className="facts small">
            {topic.facts.map(({ name, value }) => [
              <dt key={`${name} name`}>{name}</dt>,
              <dd key={name} className="num">
                {value}
              </dd>,
            ])}
          </dl>
        </section>
      )}
      <section className="stack">
        <h3>{text.payload}</h3>
        <PayloadView key={topic.id} message={{ payload: topic.payload, size: topic.size, truncated }} />
        {truncated && <p className="small muted">{text.cut}</p>}
      </section>
      <AskDialog
        open={asking}
        title={text.removeTitle}
        body={text.removeBody(topic.id)}
        action={text.removeHold}
        hold
        busy={remove.busy}
        onAct={() => void remove.run({ topic: topic.id, payload: '', qos: 0, retain: true })}
        onClose={() => setAsking(false)}
      />
    </div>
  );
}
