import { type ReactNode, useEffect, useRef } from 'react';
import { StateIcon } from '../../components/StateBadge.tsx';
import { href } from '../../hooks/use-route.ts';
import { useRow, useTable } from '../../hooks/use-table.ts';
import { data as text } from '../../text/data.ts';
import { formatCount } from '../../text/format.ts';

export type DataTab = keyof typeof text.tabs;

const TABS = Object.keys(text.tabs) as DataTab[];

/** A shape for those who see it, a word for those who do not. */
function Mark(props: { tone: 'warn' | 'starting'; word: string }): ReactNode {
  return (
    <>
      <StateIcon tone={props.tone} size={16} />
      <span className="visually-hidden">({props.word})</span>
    </>
  );
}

/** The parts of the page as links, so that each can be linked to; a part with something wrong in it says so. */
export function DataTabs(props: { current: DataTab }): ReactNode {
  const storage = useRow('storage', 'storage');
  const open = useTable('certificates', (table) => table.order.some((id) => table.byId[id]?.state === 'open'));
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, []);
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
  return (
    <nav className="tabs data-tabs" aria-label={text.sections} ref={nav}>
      {TABS.map((tab) => (
        <a
          key={tab}
          className="tab"
          href={tab === 'outbox' ? href('data') : href('data', tab)}
          aria-current={tab === props.current ? 'page' : undefined}
        >
          {wrong[tab] === true && <Mark tone="warn" word={text.attention} />}
          {text.tabs[tab]}
          {tab === 'refused' && held > 0 && <span className="segment-count">{formatCount(held)}</span>}
          {tab === 'certificates' && open && <Mark tone="starting" word={text.underWay} />}
        </a>
      ))}
    </nav>
  );
}
