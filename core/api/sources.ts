import type { Method, Topic } from '../contract/api.ts';
import type { Calls, Views } from '../contract/desk.ts';

export type { Caller, LogSource, TableSource } from '../contract/desk.ts';

/** Every view and every call of the contract. */
export type Sources = Views<Topic>;
export type Handlers = Calls<Method>;
