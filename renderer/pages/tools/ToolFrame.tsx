import type { ReactNode } from 'react';
import { LinkTabs } from '../../components/LinkTabs.tsx';
import { href, useRoute } from '../../hooks/use-route.ts';
import { rowsOf, useRows, useTable } from '../../hooks/use-table.ts';
import { tools as text } from '../../text/tools.ts';
import { OpenTools } from './OpenTools.tsx';
import './tools.css';

export const TOOL_TABS = ['ports', 'buses', 'terminal', 'modbus', 'sniffer', 'bluetooth', 'mqtt'] as const;
export type ToolTab = (typeof TOOL_TABS)[number];

/** Every tab of the Tools page: its tabs, what is open now by whomever, and the tab's own part. `own` is not said twice. */
export function ToolFrame(props: { current: ToolTab; fill?: boolean; own?: string | null; children: ReactNode }): ReactNode {
  const troubled = useTable('buses', (table) => rowsOf(table).some(({ verdict }) => verdict.state !== 'ok'));
  const open = useRows('tools');
  const { query } = useRoute();
  // The tab that is open leads to itself: touching it once more must not end a tool.
  const own = query.size > 0 ? `?${query}` : '';
  return (
    <div className={props.fill ? 'page page-fill tools' : 'page tools'}>
      <h1 className="visually-hidden">
        {text.title}: {text.tab[props.current]}
      </h1>
      <LinkTabs
        label={text.tabs}
        current={props.current}
        tabs={TOOL_TABS.map((id) => ({
          id,
          label: text.tab[id],
          href: href('tools', id) + (id === props.current ? own : ''),
          mark: id === 'buses' && troubled ? { tone: 'warn', word: text.hasProblem } : undefined,
        }))}
      />
      <OpenTools tools={rowsOf(open).filter(({ id }) => id !== (props.own ?? null))} />
      {props.children}
    </div>
  );
}
