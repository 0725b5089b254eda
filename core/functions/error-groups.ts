import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { ERRORS } from '../base/errors.ts';
import { type Mark, markNow } from '../base/mark.ts';
import type { ErrorGroupView } from '../contract/function-views.ts';
import type { Message } from '../contract/message.ts';
import type { FunctionFault } from './fault-book.ts';

const MOST_GROUPS = 50;
const EVENT_BYTES = 4096;

export interface ErrorGroup {
  readonly key: string;
  readonly fault: FunctionFault;
  readonly event: Message | undefined;
  readonly count: number;
  readonly first: Mark;
  readonly last: Mark;
  readonly versions: readonly number[];
}

/** The faults of one function, equal ones as one: by code and own frames, or by the message where there are no frames. */
export interface ErrorGroups {
  note(fault: FunctionFault, event: Message | undefined): void;
  /** Groups of the version before. */
  inherit(groups: readonly ErrorGroup[]): void;
  /** Newest first. */
  all(): readonly ErrorGroup[];
  views(): readonly ErrorGroupView[];
}

/** Numbers and texts in quotes differ from event to event. */
const shapeOf = (message: string): string => message.replaceAll(/\d+(\.\d+)?/g, '#').replaceAll(/"[^"]*"/g, '""');

function keyOf({ code, message, stack }: FunctionFault): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return `${code}\n${frames.length > 0 ? frames.join('\n') : shapeOf(message)}`;
}

export function createErrorGroups(clock: Clock, facts: { readonly name: string; readonly version: number }): ErrorGroups {
  /** Oldest first: the place is by the newest fault of each. */
  const groups = new Map<string, ErrorGroup>();
  function put(group: ErrorGroup): void {
    groups.delete(group.key);
    groups.set(group.key, group);
    const [oldest] = groups.keys();
    if (groups.size > MOST_GROUPS && oldest !== undefined) groups.delete(oldest);
  }
  return {
    note(fault, event) {
      const key = keyOf(fault);
      const known = groups.get(key);
      const now = markNow(clock);
      const versions = known?.versions ?? [];
      put({
        key,
        fault,
        event,
        count: (known?.count ?? 0) + 1,
        first: known?.first ?? now,
        last: now,
        versions: versions.includes(facts.version) ? versions : [...versions, facts.version].slice(-10),
      });
    },
    inherit(older) {
      const own = [...groups.values()];
      groups.clear();
      for (const group of older.toReversed()) put(group);
      for (const group of own) {
        const before = groups.get(group.key);
        const versions = [...new Set([...(before?.versions ?? []), ...group.versions])];
        put(before ? { ...group, count: before.count + group.count, first: before.first, versions } : group);
      }
    },
    all: () => [...groups.values()].toReversed(),
    views: () => [...groups.values()].toReversed().map((group) => viewOf(facts.name, group)),
  };
}

function viewOf(name: string, { key, fault, event, count, first, last, versions }: ErrorGroup): ErrorGroupView {
  const { code, message, stack } = fault;
  return {
    id: `${name}/${createHash('sha256').update(key).digest('hex').slice(0, 12)}`,
    function: name,
    code,
    message,
    remedy: ERRORS[code].remedy,
    stack,
    count,
    firstAt: first.wallMs(),
    lastAt: last.wallMs(),
    eventTopic: event?.topic ?? null,
    eventPayload: event ? Buffer.from(event.payload.subarray(0, EVENT_BYTES)).toString('base64') : null,
    versions: [...versions],
  };
}
