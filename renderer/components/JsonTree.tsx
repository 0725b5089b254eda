import type { ReactNode } from 'react';
import { payload as words } from '../text/payload.ts';
import './json-tree.css';

/** How deep branches are open at first. */
const OPEN_DEPTH = 3;
/** A branch with more members than this is closed at first: what stands below it must stay in reach. */
const OPEN_MEMBERS = 50;
/** More members than this in one branch are not drawn; the text view has them all. */
const MOST = 200;

function Leaf(props: { value: unknown }): ReactNode {
  const { value } = props;
  return (
    <span className="json-leaf" data-type={value === null ? 'null' : typeof value}>
      {JSON.stringify(value)}
    </span>
  );
}

function Branch(props: { name: string | null; value: unknown; depth: number }): ReactNode {
  const { name, value, depth } = props;
  const key = name !== null && <span className="json-key">{name}: </span>;
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    return (
      <div className="json-line">
        {key}
        <Leaf value={value} />
      </div>
    );
  }
  const entries = Object.entries(value);
  const count = Array.isArray(value) ? words.items(entries.length) : words.fields(entries.length);
  return (
    <details className="json-branch" open={depth < OPEN_DEPTH && entries.length <= OPEN_MEMBERS}>
      <summary>
        {key}
        <span className="muted">
          {Array.isArray(value) ? '[…]' : '{…}'} {count}
        </span>
      </summary>
      <div className="json-members">
        {entries.slice(0, MOST).map(([member, inner]) => (
          <Branch key={member} name={member} value={inner} depth={depth + 1} />
        ))}
        {entries.length > MOST && <div className="json-line muted">…</div>}
      </div>
    </details>
  );
}

/** A JSON value as a tree whose branches open and close. */
export function JsonTree(props: { value: unknown }): ReactNode {
  return (
    <div className="json mono">
      <Branch name={null} value={props.value} depth={0} />
    </div>
  );
}
