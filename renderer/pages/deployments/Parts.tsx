import type { ReactNode } from 'react';
import { Skeleton } from '../../components/Notices.tsx';
import { hrefOfParty } from '../../hooks/use-route.ts';
import { rowsOf, useRows } from '../../hooks/use-table.ts';
import { deployments as text } from '../../text/deployments.ts';
import { formatCount } from '../../text/format.ts';

interface Part {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly href: string | null;
}

function Group(props: { title: string; parts: readonly Part[] }): ReactNode {
  return (
    <section className="parts" aria-label={props.title}>
      <h3 className="row">
        {props.title} <span className="muted num">{formatCount(props.parts.length)}</span>
      </h3>
      {props.parts.length === 0 ? (
        <p className="muted">{text.none}</p>
      ) : (
        <ul>
          {props.parts.map((part) => (
            <li key={part.id} className="part">
              {part.href === null ? (
                <span className="part-name">{part.name}</span>
              ) : (
                <a className="row-link part-name" href={part.href}>
                  {part.name}
                </a>
              )}
              <span className="small muted">{part.about}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What runs now, part by part, each leading to its page. */
export function Parts(): ReactNode {
  const devices = useRows('devices');
  const functions = useRows('functions');
  const edges = useRows('edges');
  if ([devices, functions, edges].some((table) => table.status === 'loading')) return <Skeleton rows={5} />;
  const subscriptions = new Map<string, Part>();
  for (const edge of rowsOf(edges)) {
    const from = edge.id === edge.subscription ? edge.from : `${edge.from.split(':')[0] ?? ''}:*`;
    subscriptions.set(edge.subscription, {
      id: edge.subscription,
      name: edge.subscription,
      about: `${text.way(from, edge.to)}, ${edge.subject}`,
      href: `#/flows?edge=${encodeURIComponent(edge.id)}`,
    });
  }
  return (
    <div className="parts-grid">
      <Group
        title={text.devices}
        parts={rowsOf(devices).map((row) => ({
          id: row.id,
          name: row.name,
          about: row.connection,
          href: hrefOfParty(`device:${row.id}`),
        }))}
      />
      <Group
        title={text.functions}
        parts={rowsOf(functions).map((row) => ({
          id: row.id,
          name: row.name,
          about: row.description,
          href: hrefOfParty(`function:${row.name}`),
        }))}
      />
      <Group title={text.subscriptions} parts={[...subscriptions.values()]} />
    </div>
  );
}
