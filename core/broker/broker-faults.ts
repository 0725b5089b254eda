import type { Clock } from '../base/clock.ts';
import { type ErrorCode, GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { FaultView } from '../contract/views.ts';

/** aedes and mqtt-packet report by text only; these are the texts that mean something other than "not MQTT". */
const TEXTS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/too many levels/i, 'broker/topic-too-deep', 'used a topic with too many levels'],
  [/drain timeout/i, 'broker/slow-client', 'does not read its messages and was disconnected'],
  [/connect did not arrive/i, 'broker/connect-timeout', 'opened a connection but sent no MQTT connect in time'],
  [/keep alive timeout/i, 'broker/client-lost', 'went silent for longer than its keep-alive time'],
  [/topic is reserved|not allowed in|only allowed in|empty topic/i, 'router/bad-topic', 'used a topic that is not allowed'],
  [/queue limit reached/i, 'broker/malformed', 'sent messages before it was connected'],
  [/too many QoS 2/i, 'broker/malformed', 'has too many QoS 2 messages open'],
  [/too many subscriptions/i, 'broker/malformed', 'asked for more subscriptions than a session may hold'],
  [/unacceptable protocol version/i, 'broker/malformed', 'asked for an MQTT version other than 3.1 or 3.1.1'],
];
/** The line went away: everyday life, not a fault. */
const ORDINARY = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
]);

/** A fault of a client in a technician's words, or null for a line that was merely cut. */
export function clientFault(who: string, cause: unknown): GatewayError | null {
  if (cause instanceof GatewayError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (ORDINARY.has(code)) return null;
  const text = cause instanceof Error ? cause.message : String(cause);
  if (text === 'connection closed') return null; // aedes, answering a client that has gone
  for (const [pattern, fault, words] of TEXTS)
    if (pattern.test(text)) return new GatewayError(fault, `${who} ${words}`, { cause });
  return new GatewayError('broker/malformed', `${who} sent something that is not MQTT (${text})`, { cause });
}

export interface BrokerFaults {
  report(fault: GatewayError): void;
  last(): FaultView | null;
}

const LOGGED_PER_WINDOW = 20;
const WINDOW_MS = 10_000;

/** Counts every fault, keeps the newest for the screen, and logs so few that a hostile client cannot fill the log. */
export function createBrokerFaults(deps: { clock: Clock; log: Logger; metrics: Metrics }, onFault: () => void): BrokerFaults {
  let last: FaultView | null = null;
  let windowStart = 0;
  let logged = 0;
  let silent = 0;
  return {
    report(fault) {
      const { code, message, remedy } = fault;
      last = { code, message, remedy, at: deps.clock.now() };
      deps.metrics.counter('gatehouse_broker_faults_total', 'Faults of clients at the local broker', { code }).add();
      const now = deps.clock.monotonic();
      if (now - windowStart > WINDOW_MS) {
        if (silent > 0) deps.log.warn('broker.faults-not-logged', { count: silent });
        windowStart = now;
        logged = 0;
        silent = 0;
      }
      if (logged < LOGGED_PER_WINDOW) {
        logged += 1;
        deps.log.warn('broker.client-fault', { cause: fault });
      } else silent += 1;
      onFault();
    },
    last: () => last,
  };
}
