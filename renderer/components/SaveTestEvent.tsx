import FlaskConical from 'lucide-react/icons/flask-conical';
import { type ReactNode, useState } from 'react';
import { useCall } from '../hooks/use-call.ts';
import { href } from '../hooks/use-route.ts';
import { formatExactTime } from '../text/format.ts';
import { saving as text } from '../text/function-errors.ts';
import { Button } from './Button.tsx';

const MOST_NAME = 64;

/** A name for an event that nobody has to think of: the end of its topic and its time. */
export function eventName(topic: string, at: number): string {
  const time = formatExactTime(at);
  const end = topic.split('/').at(-1) ?? topic;
  return `${Array.from(end)
    .slice(0, MOST_NAME - time.length - 1)
    .join('')} ${time}`.trim();
}

/**
 * Keeps an event (its payload in base64) to try this function with, in one touch; then leads there. What was cut off before it came
 * here cannot be kept.
 */
export function SaveTestEvent(props: {
  name: string;
  topic: string;
  payload: string;
  at: number;
  truncated: boolean;
}): ReactNode {
  const event = eventName(props.topic, props.at);
  const [isSaved, setSaved] = useState(false);
  const { run, busy } = useCall('test-event.save', { done: text.saved(event, props.name), onDone: () => setSaved(true) });
  if (isSaved) {
    return (
      <div className="row">
        <a className="button" href={`${href('functions', props.name, 'try')}?event=${encodeURIComponent(event)}`}>
          {text.open}
        </a>
      </div>
    );
  }
  return (
    <div className="row row-wrap">
      <Button
        icon={<FlaskConical size={18} aria-hidden="true" />}
        busy={busy}
        disabled={props.truncated}
        onClick={() => void run({ function: props.name, name: event, topic: props.topic, payload: props.payload })}
      >
        {text.save}
      </Button>
      {props.truncated && <p className="small muted">{text.cut}</p>}
    </div>
  );
}
