/** What is kept for one client that is away, what is retained in all, and how much a session may ask for. */
export interface MemoryLimits {
  readonly sessionMessages: number;
  readonly sessionBytes: number;
  readonly retainedTopics: number;
  readonly retainedBytes: number;
}

export const MEMORY_LIMITS: MemoryLimits = {
  sessionMessages: 1000,
  sessionBytes: 16 * 1024 * 1024,
  retainedTopics: 10_000,
  retainedBytes: 64 * 1024 * 1024,
};

/** Subscriptions that one persistent session may hold. */
export const SESSION_SUBSCRIPTIONS = 1000;

/** QoS 2 messages of one client that may wait for their PUBREL. */
export const INCOMING_QOS2 = 1000;

/** Messages under way to a client with a persistent session that it has not acknowledged; the others wait in its queue. */
export const SEND_WINDOW = 200;
