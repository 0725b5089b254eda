import { GatewayError } from '../base/errors.ts';
import type { Method, Topic } from './api.ts';
import type { Calls, Desk, Views } from './desk.ts';

/** A desk that serves nothing: its calls say that they are not available, its views are empty. */
export function emptyDesk<M extends Method, T extends Topic>(methods: readonly M[], topics: readonly T[]): Desk<M, T> {
  const refuse = async (): Promise<never> => {
    throw new GatewayError('api/not-available', 'This part of the gateway is not there.');
  };
  return {
    calls: Object.fromEntries(methods.map((method) => [method, refuse])) as unknown as Calls<M>,
    views: Object.fromEntries(topics.map((topic) => [topic, { kind: 'table', rows: () => [] }])) as unknown as Views<T>,
  };
}
