import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { MqttTopicView } from '../../../../core/contract/field-views.ts';
import { Button } from '../../../components/Button.tsx';
import { SearchField } from '../../../components/Choices.tsx';
import { Dialog } from '../../../components/Dialog.tsx';
import { EmptyNotice, Skeleton } from '../../../components/Notices.tsx';
import { VirtualList } from '../../../components/VirtualList.tsx';
import { usePhone } from '../../../hooks/use-media.ts';
import { useSettled } from '../../../hooks/use-settled.ts';
import { useWatch } from '../../../hooks/use-table.ts';
import { formatCount } from '../../../text/format.ts';
import { mqtt as text } from '../../../text/mqtt.ts';
import { ToolFrame } from '../ToolFrame.tsx';
import './mqtt.css';
import { PublishDialog } from './PublishDialog.tsx';
import { SHOWN_BYTES, TopicDetail } from './TopicDetail.tsx';
import { TopicRow } from './TopicRow.tsx';
import { isFilter, type TreeRow, topicTree, treeRows } from './topic-tree.ts';

/** To be published again: the newest message, unless only its beginning is here. */
function newestOf(topic: MqttTopicView): { topic: string; payload: string; cut: boolean } {
  const cut = topic.size > SHOWN_BYTES;
  return { topic: topic.id, payload: cut ? '' : topic.payload, cut };
}

/** With no more topics than this the whole tree is open at first. */
const ALL_OPEN = 200;
/** The gateway keeps no more of them. */
const MOST_TOPICS = 5000;
const SETTLE_MS = 300;
const rowId = (row: TreeRow): string => row.path;

/** Which levels are open: as a person set them, else all of a small tree and the first level of a large one. */
function useOpenLevels(count: number): {
  readonly isOpen: (path: string, depth: number) => boolean;
  readonly toggle: (row: TreeRow) => void;
  readonly setAll: (open: boolean) => void;
} {
  const [set, setSet] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [all, setAll] = useState<boolean | null>(null);
  const small = count <= ALL_OPEN;
  const isOpen = useCallback((path: string, depth: number) => set.get(path) ?? all ?? (small || depth === 0), [set, all, small]);
  const toggle = useCallback((row: TreeRow) => setSet((old) => new Map(old).set(row.path, !row.open)), []);
  const change = useCallback((open: boolean) => {
    setSet(new Map());
    setAll(open);
  }, []);
  return { isOpen, toggle, setAll: change };
}

interface TreeProps {
  readonly topics: Readonly<Record<string, MqttTopicView>>;
  readonly rows: readonly TreeRow[];
  readonly chosen: string | null;
  readonly onToggle: (row: TreeRow) => void;
  readonly onChoose: (path: string) => void;
}

function Tree(props: TreeProps): ReactNode {
  const { topics, chosen, onToggle, onChoose } = props;
  return (
    <VirtualList
      label={text.tree}
      rows={props.rows}
      rowId={rowId}
      estimate={49}
      render={(row) => (
        <TopicRow
          row={row}
          topic={row.isTopic ? topics[row.path] : undefined}
          chosen={chosen === row.path}
          onToggle={onToggle}
          onChoose={onChoose}
        />
      )}
    />
  );
}

/** The chosen topic: beside the tree, or over it on a phone. */
function Beside(props: {
  topic: MqttTopicView | undefined;
  chosen: string | null;
  onPublish: () => void;
  onClose: () => void;
}): ReactNode {
  const { topic, chosen } = props;
  const phone = usePhone();
  const detail = topic ? <TopicDetail topic={topic} onPublish={props.onPublish} /> : <p className="muted">{text.gone}</p>;
  if (phone) {
    return (
      chosen !== null && (
        <Dialog open side title={text.payload} onClose={props.onClose}>
          {detail}
        </Dialog>
      )
    );
  }
  return (
    <section className="sheet topic-detail">
      {chosen === null ? (
        <EmptyNotice title={text.choose} body={text.chooseBody} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
        <section className="scroll-body" tabIndex={0} aria-label={text.payload}>
          {detail}
        </section>
      )}
    </section>
  );
}

/** The topics of the local broker as a tree, with their newest messages: `#/tools/mqtt`. */
export function MqttTab(): ReactNode {
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [publishing, setPublishing] = useState<{ topic: string; payload: string; cut: boolean } | null>(null);
  const settled = useSettled(search.trim(), SETTLE_MS);
  const filter = isFilter(settled) ? settled : null;
  const table = useWatch('mqtt-topics', filter === null ? {} : { filter });
  const needle = filter === null ? search.trim().toLowerCase() : '';
  const { order } = table;
  const names = useMemo(
    () => (needle === '' ? order : order.filter((topic) => topic.toLowerCase().includes(needle))),
    [order, needle],
  );
  const tree = useMemo(() => topicTree(names), [names]);
  const levels = useOpenLevels(names.length);
  const { isOpen } = levels;
  const rows = useMemo(() => treeRows(tree, isOpen), [tree, isOpen]);
  const topic = chosen === null ? undefined : table.byId[chosen];
  return (
    <ToolFrame current="mqtt" fill>
      <div className="tool-head">
        <div className="tool-search">
          <SearchField label={text.search} value={search} onChange={setSearch} />
        </div>
        <span className="small muted num grow" role="status">
          {text.shown(formatCount(names.length), formatCount(order.length))}
          {order.length >= MOST_TOPICS && `. ${text.most}`}
        </span>
        <Button onClick={() => levels.setAll(true)}>{text.openAll}</Button>
        <Button onClick={() => levels.setAll(false)}>{text.closeAll}</Button>
        <Button kind="primary" onClick={() => setPublishing({ topic: chosen ?? '', payload: '', cut: false })}>
          {text.publish}
        </Button>
      </div>
      <div className="topics">
        <section className="sheet topic-tree">
          {table.status === 'loading' ? (
            <Skeleton rows={8} />
          ) : rows.length === 0 ? (
            search.trim() === '' ? (
              <EmptyNotice title={text.none} body={text.noneBody} />
            ) : (
              <EmptyNotice title={text.noMatch} action={<Button onClick={() => setSearch('')}>{text.noMatchAction}</Button>} />
            )
          ) : (
            <Tree topics={table.byId} rows={rows} chosen={chosen} onToggle={levels.toggle} onChoose={setChosen} />
          )}
        </section>
        <Beside
          topic={topic}
          chosen={chosen}
          onPublish={() => topic && setPublishing(newestOf(topic))}
          onClose={() => setChosen(null)}
        />
      </div>
      {publishing && <PublishDialog {...publishing} onClose={() => setPublishing(null)} />}
    </ToolFrame>
  );
}
