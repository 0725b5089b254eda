import { type ReactNode, useEffect, useRef } from 'react';
import './link-tabs.css';
import { StateIcon } from './StateBadge.tsx';

export interface LinkTab {
  readonly id: string;
  readonly label: string;
  readonly href: string;
  /** A shape for those who see it, a word for those who do not; before the label, or after it where it is only under way. */
  readonly mark?: { readonly tone: 'warn' | 'starting'; readonly word: string } | undefined;
  readonly count?: string | undefined;
}

function Mark(props: NonNullable<LinkTab['mark']>): ReactNode {
  return (
    <>
      <StateIcon tone={props.tone} size={16} />
      <span className="visually-hidden">({props.word})</span>
    </>
  );
}

/** The parts of a page as links, so that each can be linked to; the current one is brought into sight on a narrow screen. */
export function LinkTabs(props: { label: string; current: string; tabs: readonly LinkTab[] }): ReactNode {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, []);
  return (
    <nav className="tabs link-tabs" aria-label={props.label} ref={nav}>
      {props.tabs.map(({ id, label, href, mark, count }) => (
        <a key={id} className="tab" href={href} aria-current={id === props.current ? 'page' : undefined}>
          {mark?.tone === 'warn' && <Mark {...mark} />}
          {label}
          {count !== undefined && <span className="segment-count">{count}</span>}
          {mark?.tone === 'starting' && <Mark {...mark} />}
        </a>
      ))}
    </nav>
  );
}
