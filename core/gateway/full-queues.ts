import type { Draft } from '../contract/message.ts';
import type { FunctionView } from '../contract/views.ts';
import type { FunctionRunner } from '../functions/runner.ts';
import type { Route } from '../router/route.ts';
import { topicMatches } from '../router/topics.ts';

type FunctionInRoute = Pick<FunctionRunner, 'instances'> & { view(): FunctionQueue };
type FunctionQueue = Pick<FunctionView, 'queue' | 'queueSize' | 'retrying' | 'state'>;

/** What a queue does when it is full decides whether a further message is taken: the oldest makes room, or it is kept waiting, or refused. */
const takesOneMore = (waiting: number, queue: { readonly size: number; readonly whenFull: string }): boolean =>
  waiting < queue.size || queue.whenFull === 'drop-oldest';

/**
 * Queues that a message of a function would find full now, in words: those of its subscriptions, and those of the functions behind them.
 * Nothing else runs until the end of this turn of the loop: what has room now takes a message that is published in the same turn.
 */
export function fullQueues(
  draft: Pick<Draft, 'topic' | 'source'>,
  routes: readonly Route[],
  functions: ReadonlyMap<string, FunctionInRoute>,
  policyOf: (name: string) => string,
): readonly string[] {
  const sources = [`function:${draft.source.id}`, 'function:*'];
  const taken = routes.filter(({ config }) => sources.includes(config.source) && topicMatches(config.subject, draft.topic));
  return taken.flatMap(({ config, waiting }) => {
    if (!takesOneMore(waiting, config.queue)) return [`the queue of subscription "${config.id}"`];
    if (!config.target.startsWith('function:')) return [];
    const name = config.target.slice('function:'.length);
    const runner = functions.get(name);
    const view = runner?.view();
    if (!runner || !view) return [];
    if (view.state === 'parked') return [`the queue of the parked function "${name}"`];
    const running = runner.instances().reduce((sum, one) => sum + one.inFlight, 0);
    // What waits in the route is on its way into the function's queue; what runs has left it, and what is tried again is not back yet.
    const queued = view.queue - view.retrying - running + waiting;
    const full = !takesOneMore(queued, { size: view.queueSize, whenFull: policyOf(name) });
    return full ? [`the queue of function "${name}"`] : [];
  });
}
