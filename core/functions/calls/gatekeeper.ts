import { GatewayError } from '../../base/errors.ts';
import type { PermissionsConfig } from '../../contract/document/permissions.ts';
import type { SubscriptionConfig } from '../../contract/document/subscriptions.ts';
import { createTopicTrie, type TopicTrie } from '../../router/topic-trie.ts';
import type { Invoker } from '../invocation.ts';
import type { Demand, Gatekeeper } from './call-desk.ts';

/** Topics that are remembered; beyond it all are decided anew. Longer ones are none that the router takes. */
const REMEMBERED = 5000;
const LONGEST = 256;

/** What a function may publish where its permissions do not say: what the enabled subscriptions carry on. */
export const derivedFilters = (name: string, subscriptions: readonly SubscriptionConfig[]): readonly string[] =>
  subscriptions
    .filter((one) => one.enabled && (one.source === `function:${name}` || one.source === 'function:*'))
    .map((one) => one.subject);

/** `*` stands for any run of characters; everything else for itself. */
export function patternMatches(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === pattern;
  if (!text.startsWith(head)) return false;
  const tail = rest.pop() ?? '';
  let from = head.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return text.length - from >= tail.length && text.endsWith(tail);
}

const named = (list: readonly string[], name: string): boolean => list.includes(name) || list.includes('*');

/** Schedules, the start and the function's own one-shots stand in the document or were allowed when they were set. */
export function mayInvoke(permissions: PermissionsConfig, by: Invoker): boolean {
  if (by.kind === 'schedule' || by.kind === 'start') return true;
  if (by.kind !== 'function') return permissions.invokedBy.includes(by.kind);
  return permissions.invokedBy.includes(`function:${by.id}`) || permissions.invokedBy.includes('function:*');
}

/** The refusal for who is not in `invokedBy` of this function. */
export function invokerDenied(name: string, by: Invoker): GatewayError {
  const who = by.kind === 'function' ? `function:${by.id}` : by.kind;
  return new GatewayError(
    'function/denied',
    `${who} may not invoke function "${name}": add "${who}" to permissions.invokedBy of "${name}".`,
    { details: { function: name, line: `invokedBy: [${who}]` } },
  );
}

const shadowText = (thing: string, name: string | null): string =>
  name === null ? `the shadow of thing "${thing}"` : `the shadow "${name}" of thing "${thing}"`;

/** What was wanted in words, and the line below `permissions` that would allow it. */
function wording(what: Demand): readonly [wanted: string, line: string] {
  switch (what.kind) {
    case 'publish': {
      const topic = what.topic.slice(0, LONGEST);
      return [`publish on "${topic}"`, `publish: ["${topic}"]`];
    }
    case 'reply':
      return [`wait for a reply on "${what.topic}"`, `replies: ["${what.topic}"]`];
    case 'invoke':
      return [`invoke function "${what.function}"`, `invoke: [${what.function}]`];
    case 'secret':
      return [`read the secret "${what.id}"`, `secrets: ["${what.id}"]`];
    case 'shadow': {
      const shadow = what.name === null ? '' : `, name: "${what.name}"`;
      const access = what.write ? 'write' : 'read';
      return [
        `${access} ${shadowText(what.thing, what.name)}`,
        `shadows: [{ thing: "${what.thing}"${shadow}, access: ${access} }]`,
      ];
    }
    case 'device':
      return what.write
        ? [`command device "${what.device}"`, `devices: { command: [${what.device}] }`]
        : [`read device "${what.device}"`, `devices: { read: [${what.device}] }`];
    case 'history':
      return [`read the history of "${what.series}"`, `history: ["${what.series}"]`];
    case 'schedule':
      return ['set schedules of its own', 'schedule: true'];
    case 'credentials':
      return ['have AWS credentials', 'awsCredentials: true'];
  }
}

/**
 * The permissions of one function. `subscriptions` is asked for the ones that run, so that they may change while the function goes on;
 * a changed list is told by its identity.
 */
export function createGatekeeper(
  name: string,
  permissions: PermissionsConfig,
  subscriptions: () => readonly SubscriptionConfig[],
): Gatekeeper {
  const trieOf = (filters: readonly string[]): TopicTrie<true> =>
    createTopicTrie(filters.map((filter) => ({ filter, value: true })));
  const replies = trieOf(permissions.replies);
  const remembered = new Map<string, boolean>();
  let seen: readonly SubscriptionConfig[] | null = null;
  let publish = trieOf(permissions.publish ?? []);

  function mayPublish(topic: string): boolean {
    if (permissions.publish === undefined) {
      const now = subscriptions();
      if (now !== seen) {
        seen = now;
        publish = trieOf(derivedFilters(name, now));
        remembered.clear();
      }
    }
    const known = remembered.get(topic);
    if (known !== undefined) return known;
    const decided = publish.match(topic).length > 0;
    if (topic.length > LONGEST) return decided;
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(topic, decided);
    return decided;
  }
  function allowed(what: Demand): boolean {
    switch (what.kind) {
      case 'publish':
        return mayPublish(what.topic);
      case 'reply':
        return replies.match(what.topic).length > 0;
      case 'invoke':
        return named(permissions.invoke, what.function);
      case 'secret':
        return permissions.secrets.some((pattern) => patternMatches(pattern, what.id));
      case 'shadow':
        return permissions.shadows.some(
          (one) =>
            (one.thing === '*' || one.thing === what.thing) &&
            (what.name === null ? one.name === undefined : one.name === '*' || one.name === what.name) &&
            (!what.write || one.access === 'write'),
        );
      case 'device':
        return named(what.write ? permissions.devices.command : permissions.devices.read, what.device);
      case 'history':
        return permissions.history.some((pattern) => patternMatches(pattern, what.series));
      case 'schedule':
        return permissions.schedule;
      case 'credentials':
        return permissions.awsCredentials;
    }
  }
  return {
    mayPublish,
    demand(what) {
      if (allowed(what)) return;
      const [wanted, line] = wording(what);
      throw new GatewayError('function/denied', `Function "${name}" may not ${wanted}: its permissions lack ${line}.`, {
        details: { function: name, wanted: what.kind, line },
      });
    },
    mayBeInvokedBy: (by) => mayInvoke(permissions, by),
  };
}
