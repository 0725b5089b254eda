import type { ReactNode } from 'react';
import { type LinkTab, LinkTabs } from '../../components/LinkTabs.tsx';
import { href } from '../../hooks/use-route.ts';
import { useRow, useTable } from '../../hooks/use-table.ts';
import { data as text } from '../../text/data.ts';
import { formatCount } from '../../text/format.ts';

export type DataTab = keyof typeof text.tabs;

const TABS = Object.keys(text.tabs) as DataTab[];

/** The parts of the page; a part with something wrong in it says so. */
export function DataTabs(props: { current: DataTab }): ReactNode {
  const storage = useRow('storage', 'storage');
  const open = useTable('certificates', (table) => table.order.some((id) => table.byId[id]?.state === 'open'));
  const held = storage?.deadLetters.held ?? 0;
  const wrong: Partial<Record<DataTab, boolean>> = {
    refused: held > 0,
    storage:
      storage !== undefined &&
      (storage.disk.short ||
        storage.check.state === 'damaged' ||
        storage.check.state === 'failed' ||
        storage.time.trust === 'never'),
  };
  const markOf = (tab: DataTab): LinkTab['mark'] =>
    wrong[tab] === true
      ? { tone: 'warn', word: text.attention }
      : tab === 'certificates' && open
        ? { tone: 'starting', word: text.underWay }
        : undefined;
  const tabs = TABS.map((tab) => ({
    id: tab,
    label: text.tabs[tab],
    href: tab === 'outbox' ? href('data') : href('data', tab),
    mark: markOf(tab),
    count: tab === 'refused' && held > 0 ? formatCount(held) : undefined,
  }));
  return <LinkTabs label={text.sections} current={props.current} tabs={tabs} />;
}
