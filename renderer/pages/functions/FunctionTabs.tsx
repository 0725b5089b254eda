import type { ReactNode } from 'react';
import type { FunctionView } from '../../../core/contract/views.ts';
import { LinkTabs } from '../../components/LinkTabs.tsx';
import { href } from '../../hooks/use-route.ts';
import { formatCount } from '../../text/format.ts';
import { functionDetail as text } from '../../text/functions.ts';

export type FunctionTab = keyof typeof text.tabs;

const TABS = Object.keys(text.tabs) as FunctionTab[];
export const isTab = (name: string): name is FunctionTab => TABS.some((tab) => tab === name);

/** The parts of a function's page; events that were given up show their number. */
export function FunctionTabs(props: { row: FunctionView; current: FunctionTab }): ReactNode {
  const { name, failedEvents } = props.row;
  const tabs = TABS.map((tab) => ({
    id: tab,
    label: text.tabs[tab],
    href: tab === 'now' ? href('functions', name) : href('functions', name, tab),
    ...(tab === 'failed' &&
      failedEvents > 0 && { mark: { tone: 'warn' as const, word: text.attention }, count: formatCount(failedEvents) }),
  }));
  return <LinkTabs label={text.sections} current={props.current} tabs={tabs} />;
}
