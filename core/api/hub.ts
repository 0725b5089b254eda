import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { TOPICS, type Topic } from '../contract/api.ts';
import { type AnyEvent, createLogView, createTableView, type View } from './frames/views.ts';
import type { Caller, LogSource, Sources, TableSource } from './sources.ts';

/** One watch of one client. */
export interface Watcher {
  readonly caller: Caller;
  emit(event: AnyEvent): void;
  /** Bytes that wait for this client. */
  readonly buffered: number;
}

export interface Hub {
  /** Sends a snapshot at once, then patches. `params` must have been parsed. Throws what the source throws. Returns the end of the watch. */
  watch(topic: Topic, params: unknown, watcher: Watcher): () => void;
  readonly watchers: number;
  /** Ends every watch; nothing is emitted any more. */
  stop(): void;
}

export interface HubOptions {
  /** How often changes go out; 200 ms unless told. */
  readonly tickMs?: number;
  /** A watcher with more bytes waiting gets no patches but a snapshot once it has caught up; 1 MiB unless told. */
  readonly behindBytes?: number;
}

interface Channel {
  readonly topic: Topic;
  readonly view: View;
  rev: number;
  failing: boolean;
  /** Tells the source who watches; gives the end of it. */
  readonly attend: (caller: Caller) => () => void;
  /** The watchers, which of them missed a patch, and what ends their attendance. */
  readonly watchers: Map<Watcher, { behind: boolean; readonly leave: () => void }>;
}

/** Params with the same fields in another order are the same view. */
function keyOf(topic: Topic, params: unknown): string {
  const fields = typeof params === 'object' && params !== null ? Object.entries(params) : [];
  return `${topic} ${JSON.stringify(fields.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

/**
 * Turns sources into snapshots and patches, conflated to one patch per tick for each distinct (topic, params).
 * The timer and the sources rest while nobody watches.
 */
export function createHub(deps: { sources: Sources; clock: Clock; log: Logger }, options: HubOptions = {}): Hub {
  const { tickMs = 200, behindBytes = 1_048_576 } = options;
  const channels = new Map<string, Channel>();
  let stopTimer: (() => void) | null = null;

  function open(topic: Topic, params: unknown): Channel {
    const source = deps.sources[topic] as unknown as TableSource<Topic> | LogSource<Topic>; // each topic's source takes its own params
    const view =
      source.kind === 'table' ? createTableView(source, params) : createLogView(source, params, TOPICS[topic].keep ?? 1000);
    const attend = (caller: Caller): (() => void) => source.attend?.(params as never, caller) ?? (() => {});
    return { topic, view, rev: 1, failing: false, attend, watchers: new Map() };
  }

  function changesOf(channel: Channel): ReturnType<View['changes']> {
    try {
      const changes = channel.view.changes();
      channel.failing = false;
      return changes;
    } catch (cause) {
      if (!channel.failing) deps.log.error('api.view-failed', { topic: channel.topic, cause });
      channel.failing = true;
      return null;
    }
  }

  const snapshotOf = (channel: Channel): AnyEvent =>
    ({ kind: 'snapshot', rev: channel.rev, items: channel.view.snapshot() }) as AnyEvent;

  /** In a timer's turn nothing may be thrown: what cannot be sent is a fault of this view alone. */
  function tell(channel: Channel, watcher: Watcher, event: AnyEvent): void {
    try {
      watcher.emit(event);
    } catch (cause) {
      if (!channel.failing) deps.log.error('api.view-failed', { topic: channel.topic, cause });
      channel.failing = true;
    }
  }

  function pass(channel: Channel): void {
    const changes = changesOf(channel);
    if (changes) channel.rev += 1;
    const patch = changes && ({ kind: 'patch', rev: channel.rev, ...changes } as AnyEvent);
    for (const [watcher, state] of channel.watchers) {
      const tooMuch = watcher.buffered > behindBytes;
      if (tooMuch) state.behind ||= patch !== null;
      else if (state.behind) {
        state.behind = false;
        tell(channel, watcher, snapshotOf(channel));
      } else if (patch) tell(channel, watcher, patch);
    }
  }

  function unwatch(key: string, channel: Channel, watcher: Watcher): void {
    channel.watchers.get(watcher)?.leave();
    if (!channel.watchers.delete(watcher) || channel.watchers.size > 0) return;
    channels.delete(key);
    channel.view.close();
    if (channels.size > 0) return;
    stopTimer?.();
    stopTimer = null;
  }

  return {
    watch(topic, params, watcher) {
      const key = keyOf(topic, params);
      const channel = channels.get(key) ?? open(topic, params);
      channels.set(key, channel);
      channel.watchers.set(watcher, { behind: false, leave: channel.attend(watcher.caller) });
      stopTimer ??= deps.clock.every(tickMs, () => {
        for (const one of [...channels.values()]) pass(one);
      });
      watcher.emit(snapshotOf(channel));
      return () => unwatch(key, channel, watcher);
    },
    get watchers() {
      let sum = 0;
      for (const channel of channels.values()) sum += channel.watchers.size;
      return sum;
    },
    stop() {
      for (const [key, channel] of [...channels])
        for (const watcher of [...channel.watchers.keys()]) unwatch(key, channel, watcher);
    },
  };
}
