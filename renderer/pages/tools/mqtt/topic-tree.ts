import { byName } from '../../../text/locale.ts';

/** A level of the tree: a topic, or what stands above some. */
export interface TreeRow {
  /** The topic up to and with this level. */
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  /** Whether there is a topic of this very name. */
  readonly isTopic: boolean;
  /** Topics below it. */
  readonly below: number;
  readonly open: boolean;
}

interface Node {
  readonly path: string;
  readonly name: string;
  readonly children: Map<string, Node>;
  isTopic: boolean;
  below: number;
}
const nodeOf = (path: string, name: string): Node => ({ path, name, children: new Map(), isTopic: false, below: 0 });

export type TopicTree = Node;

/** The tree of these topics. An empty level (`a//b`, `/a`) is a level of its own. */
export function topicTree(topics: readonly string[]): TopicTree {
  const root = nodeOf('', '');
  for (const topic of topics) {
    let at = root;
    let path = '';
    topic.split('/').forEach((name, i) => {
      path = i === 0 ? name : `${path}/${name}`;
      at.below += 1;
      const next = at.children.get(name) ?? nodeOf(path, name);
      at.children.set(name, next);
      at = next;
    });
    at.isTopic = true;
  }
  return root;
}

/** The rows to be seen, in order, where `isOpen` says which levels are open. */
export function treeRows(tree: TopicTree, isOpen: (path: string, depth: number) => boolean): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const visit = (node: Node, depth: number): void => {
    for (const child of [...node.children.values()].sort((a, b) => byName(a.name, b.name))) {
      const { path, name, isTopic, below } = child;
      const open = below > 0 && isOpen(path, depth);
      rows.push({ path, name, depth, isTopic, below, open });
      if (open) visit(child, depth + 1);
    }
  };
  visit(tree, 0);
  return rows;
}

/** Whether the text is an MQTT filter rather than a piece of a topic. */
export const isFilter = (text: string): boolean => text.split('/').some((level) => level === '+' || level === '#');

const MAX_LEVELS = 32;
const MAX_LENGTH = 256;

/** Whether a message can be published on it. */
export function isTopicName(topic: string): boolean {
  const isPlain =
    topic !== '' &&
    topic.length <= MAX_LENGTH &&
    !['+', '#', '\0'].some((char) => topic.includes(char)) &&
    !topic.startsWith('$');
  return isPlain && topic.split('/').length <= MAX_LEVELS;
}
