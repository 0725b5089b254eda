import { type ReactNode, useEffect, useState } from 'react';
import type { DeadLetterView } from '../../../core/contract/outbox-views.ts';
import { Button } from '../../components/Button.tsx';
import { TextField } from '../../components/Choices.tsx';
import { ProblemNotice } from '../../components/Notices.tsx';
import { payloadOf } from '../../components/payload-text.ts';
import { TextArea } from '../../components/TextArea.tsx';
import { useCall } from '../../hooks/use-call.ts';
import { letter as text } from '../../text/dead-letters.ts';
import { formatBytes } from '../../text/format.ts';
import { editableOf, payloadFault, topicFault, topicHint } from './letter-edit.ts';

const TOPIC = 'letter-topic';

/** Topic and content of a refused message, checked while typed; sent again as one step. */
export function LetterEditor(props: { row: DeadLetterView; onDone: () => void; onCancel: () => void }): ReactNode {
  const { row } = props;
  const [editable] = useState(() => editableOf(row.payload));
  const [topic, setTopic] = useState(row.topic);
  const [words, setWords] = useState(editable.words);
  const { run, busy, problem } = useCall('deadletter.retry', { done: text.done, inline: true, onDone: props.onDone });
  useEffect(() => document.getElementById(TOPIC)?.focus(), []); // the button that opened this is gone
  const topicError = topicFault(topic);
  const payloadError = editable.isText ? payloadFault(words, editable.isJson) : null;
  const payload = editable.isText ? payloadOf(words) : row.payload;
  const size = formatBytes(editable.isText ? new TextEncoder().encode(words).length : row.size);
  return (
    <>
      <TextField
        id={TOPIC}
        label={text.topic}
        value={topic}
        onChange={setTopic}
        {...(topicError === null ? { hint: topicHint(topic) } : { error: topicError })}
      />
      {editable.isText ? (
        <TextArea
          id="letter-payload"
          label={text.payload}
          className="letter-payload"
          rows={10}
          value={words}
          onChange={setWords}
          hint={`${text.payloadHint(size)}. ${editable.isJson ? text.json : ''}`}
          error={payloadError ?? undefined}
        />
      ) : (
        <p className="muted">{text.binary}</p>
      )}
      {problem && <ProblemNotice problem={problem} />}
      <div className="row row-wrap data-actions">
        <Button kind="quiet" onClick={props.onCancel}>
          {text.cancel}
        </Button>
        <Button
          kind="primary"
          busy={busy}
          disabled={topicError !== null || payloadError !== null}
          onClick={() => void run({ ids: [row.id], edit: { topic, payload } })}
        >
          {text.sendEdited}
        </Button>
      </div>
    </>
  );
}
