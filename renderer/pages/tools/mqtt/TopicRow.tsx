import ChevronDown from 'lucide-react/icons/chevron-down';
import ChevronRight from 'lucide-react/icons/chevron-right';
import { memo, type ReactNode } from 'react';
import type { MqttTopicView } from '../../../../core/contract/field-views.ts';
import { preview } from '../../../components/payload-text.ts';
import { formatCount, formatRate } from '../../../text/format.ts';
import { mqtt as text } from '../../../text/mqtt.ts';
import type { TreeRow } from './topic-tree.ts';

/** What a topic says, in one line. */
function says(topic: MqttTopicView): string {
  if (topic.kind === 'sparkplug' && topic.facts.length > 0)
    return topic.facts.map(({ name, value }) => `${name} ${value}`).join(', ');
  return topic.kind === 'binary' || topic.kind === 'sparkplug' ? text.kind[topic.kind] : preview(topic.payload);
}

/** One level of the tree: opens and closes, and is chosen where it is a topic. */
export const TopicRow = memo(function TopicRow(props: {
  row: TreeRow;
  topic: MqttTopicView | undefined;
  chosen: boolean;
  onToggle: (row: TreeRow) => void;
  onChoose: (path: string) => void;
}): ReactNode {
  const { row, topic } = props;
  const Chevron = row.open ? ChevronDown : ChevronRight;
  const name = row.name === '' ? text.emptyLevel : row.name;
  const above = row.path.slice(0, row.path.length - row.name.length);
  const label = (
    <>
      <span className="topic-name clip">
        <span className="visually-hidden">{above}</span>
        {name}
      </span>
      {!row.open && row.below > 0 && <span className="small muted num">{text.below(formatCount(row.below))}</span>}
      {topic && <span className="topic-says small clip">{says(topic)}</span>}
      {topic?.retained && <span className="topic-mark small">{text.retained}</span>}
      {topic && topic.perS > 0 && <span className="small muted num topic-rate">{text.perS(formatRate(topic.perS))}</span>}
    </>
  );
  return (
    <div className="topic-row" style={{ '--depth': row.depth }} data-chosen={props.chosen || undefined}>
      {row.below > 0 && (
        <button
          type="button"
          className="topic-toggle"
          aria-expanded={row.open}
          aria-label={text.toggle(row.path, row.open)}
          onClick={() => props.onToggle(row)}
        >
          <Chevron size={18} aria-hidden="true" />
        </button>
      )}
      <button
        type="button"
        className="topic-main"
        aria-pressed={row.isTopic ? props.chosen : undefined}
        tabIndex={row.isTopic ? 0 : -1}
        onClick={() => (row.isTopic ? props.onChoose(row.path) : props.onToggle(row))}
      >
        {label}
      </button>
    </div>
  );
});
