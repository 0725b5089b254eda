import { createContext, type ReactNode, useContext, useEffect } from 'react';
import type { Clock } from '../../core/base/clock.ts';
import type { GatewayApi } from '../../core/contract/api.ts';
import { type AddingBook, createAddingBook } from './adding.ts';
import { type BacklogTrail, createBacklogTrail } from './backlog-trail.ts';
import { createGatewayTime, type GatewayTime } from './gateway-time.ts';
import type { SettingsStore } from './settings.ts';
import { createToasts, type Toasts } from './toasts.ts';
import { createTopicStores, type TopicStores } from './topic-store.ts';

/** What is shared by all pages: made once per provider, never at module level. */
export interface Console {
  readonly api: GatewayApi;
  readonly clock: Clock;
  readonly topics: TopicStores;
  readonly time: GatewayTime;
  readonly trail: BacklogTrail;
  readonly toasts: Toasts;
  readonly settings: SettingsStore;
  readonly adding: AddingBook;
}

/** `memory` outlives the page being loaded anew; absent: nothing does. */
export function createConsole(
  deps: { api: GatewayApi; clock: Clock; settings: SettingsStore },
  memory: Storage | null = null,
): Console {
  const topics = createTopicStores(deps);
  return {
    ...deps,
    topics,
    time: createGatewayTime({ clock: deps.clock, topics }),
    trail: createBacklogTrail(topics),
    toasts: createToasts(deps.clock),
    adding: createAddingBook(memory),
  };
}

const ConsoleContext = createContext<Console | null>(null);

/** Keeps the gateway's own row watched for as long as anything is on the screen: clock and backlog trail come from it. */
export function ConsoleProvider(props: { value: Console; children: ReactNode }): ReactNode {
  const { value } = props;
  useEffect(() => {
    const releases = [value.topics.of('gateway', {}).hold(), value.time.hold(), value.trail.hold()];
    return () => {
      for (const release of releases) release();
    };
  }, [value]);
  return <ConsoleContext value={value}>{props.children}</ConsoleContext>;
}

export function useConsole(): Console {
  const value = useContext(ConsoleContext);
  if (!value) throw new Error('useConsole needs a ConsoleProvider above it');
  return value;
}
