import { type ReactNode, useState } from 'react';
import { Button } from '../../../components/Button.tsx';
import { SegmentedControl, TextField } from '../../../components/Choices.tsx';
import { Dialog } from '../../../components/Dialog.tsx';
import { ProblemNotice } from '../../../components/Notices.tsx';
import { isText, payloadOf, payloadText } from '../../../components/payload-text.ts';
import { useCall } from '../../../hooks/use-call.ts';
import { common } from '../../../text/common.ts';
import { mqtt as text } from '../../../text/mqtt.ts';
import { isTopicName } from './topic-tree.ts';

/** Publishes on the local broker, as a client of the site would. Begins with a topic's newest message where one is chosen. */
export function PublishDialog(props: {
  topic: string;
  payload: string;
  /** The topic's newest message is not here whole, and so not begun with. */
  cut: boolean;
  onClose: () => void;
}): ReactNode {
  const [topic, setTopic] = useState(props.topic);
  const [message, setMessage] = useState(() => (isText(props.payload) ? payloadText(props.payload) : ''));
  const [qos, setQos] = useState<'0' | '1'>('0');
  const [retain, setRetain] = useState(false);
  const { run, busy, problem } = useCall('message.publish', {
    done: text.published(topic),
    inline: true,
    onDone: props.onClose,
  });
  const isGood = isTopicName(topic);
  return (
    <Dialog
      open
      title={text.publishTitle}
      onClose={props.onClose}
      actions={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            {common.cancel}
          </Button>
          <Button
            kind="primary"
            disabled={!isGood}
            busy={busy}
            onClick={() => void run({ topic, payload: payloadOf(message), qos: qos === '1' ? 1 : 0, retain })}
          >
            {text.send}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>{text.publishBody}</p>
        <TextField
          id="publish-topic"
          label={text.topic}
          value={topic}
          autoFocus
          onChange={setTopic}
          {...(topic !== '' && !isGood ? { error: text.topicFault } : {})}
        />
        <div className="field">
          <label className="field-label" htmlFor="publish-message">
            {text.message}
          </label>
          <textarea
            id="publish-message"
            className="input mono"
            rows={5}
            spellCheck={false}
            value={message}
            onChange={(event) => setMessage(event.target.value)}
          />
          {props.cut && <p className="field-hint">{text.tooLong}</p>}
        </div>
        <div className="field">
          <span className="field-label">{text.qos}</span>
          <div>
            <SegmentedControl
              label={text.qos}
              value={qos}
              choices={(['0', '1'] as const).map((value) => ({ value, label: text.qoses[value] }))}
              onChange={setQos}
            />
          </div>
        </div>
        <label className="publish-retain">
          <input type="checkbox" checked={retain} onChange={(event) => setRetain(event.target.checked)} />
          {text.retain}
        </label>
        {problem && <ProblemNotice problem={problem} />}
      </div>
    </Dialog>
  );
}
