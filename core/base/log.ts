import type { Clock } from './clock.ts';
import { createEmitter } from './emitter.ts';
import { describe, GatewayError } from './errors.ts';
import { createRing } from './ring.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogData = Readonly<Record<string, unknown>>;

export interface LogRecord {
  /** Counts up since start. */
  readonly id: number;
  /** Wall time in ms, as the clock was then; it may have been wrong. */
  readonly at: number;
  /** Monotonic time in ms, of this start of the gateway: right whatever the wall clock did. */
  readonly mono: number;
  readonly level: LogLevel;
  /** `device:meter`, `function:alarm`, `cloud`, ... */
  readonly source: string;
  /** Event name, `area.what-happened`; never an assembled sentence. */
  readonly event: string;
  /** For people: the fault's own words, or empty. */
  readonly message: string;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
}

/** Reports facts. `data.cause` may be anything thrown: its text and remedy are taken, its stack is not. */
export interface Logger {
  debug(event: string, data?: LogData): void;
  info(event: string, data?: LogData): void;
  warn(event: string, data?: LogData): void;
  error(event: string, data?: LogData): void;
  /** The same log under another source name. */
  from(source: string): Logger;
}

export interface LogHub {
  logger(source: string): Logger;
  recent(): LogRecord[];
  onRecord(listener: (record: LogRecord) => void): () => void;
}

const SECRET = /pass(word|phrase)?$|secret|token|private.?key|bind.?key|^pin$|authorization/i;

/** As JSON, secrets in inner objects hidden too; what JSON cannot hold (a circle, a bigint) must not make logging fail. */
function asText(value: unknown): string {
  try {
    return JSON.stringify(value, (key, inner: unknown) => (SECRET.test(key) ? '(hidden)' : inner)) ?? String(value);
  } catch {
    return String(value);
  }
}

function plain(data: LogData): { message: string; data: LogRecord['data'] } {
  const out: Record<string, string | number | boolean | null> = {};
  let message = '';
  for (const [key, value] of Object.entries(data)) {
    if (SECRET.test(key)) out[key] = '(hidden)';
    else if (key === 'message') message = String(value);
    else if (value instanceof GatewayError) {
      // What the caller says in its own words comes first.
      if (data['message'] === undefined) message = value.message;
      else out['fault'] = value.message;
      out['code'] = value.code;
      if (data['remedy'] === undefined) out['remedy'] = value.remedy;
      if (value.cause !== undefined) out[key] = describe(value.cause);
    } else if (value instanceof Error) out[key] = describe(value);
    else if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      out[key] = value;
    else if (value !== undefined) out[key] = asText(value);
  }
  return { message, data: out };
}

/** Keeps the newest `keep` records in memory and hands every record to its listeners (file, screen, terminal). */
export function createLogHub(deps: { clock: Clock }, options: { keep: number; level: LogLevel }): LogHub {
  const ring = createRing<LogRecord>(options.keep);
  const records = createEmitter<LogRecord>();
  const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
  const least = order.indexOf(options.level);
  let id = 0;
  function write(level: LogLevel, source: string, event: string, data: LogData): void {
    if (order.indexOf(level) < least) return;
    id += 1;
    const mono = Math.round(deps.clock.monotonic());
    const record: LogRecord = { id, at: deps.clock.now(), mono, level, source, event, ...plain(data) };
    ring.push(record);
    records.emit(record);
  }
  function logger(source: string): Logger {
    return {
      debug: (event, data = {}) => write('debug', source, event, data),
      info: (event, data = {}) => write('info', source, event, data),
      warn: (event, data = {}) => write('warn', source, event, data),
      error: (event, data = {}) => write('error', source, event, data),
      from: (other) => logger(other),
    };
  }
  return { logger, recent: () => ring.items(), onRecord: (listener) => records.on(listener) };
}
