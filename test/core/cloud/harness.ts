import { systemClock } from '../../../core/base/clock.ts';
import { GatewayError } from '../../../core/base/errors.ts';
import { createLogHub, type LogHub } from '../../../core/base/log.ts';
import { createMetrics } from '../../../core/base/metrics.ts';
import type { Service } from '../../../core/base/service.ts';
import type { CloudLink, CloudStatus, Outgoing } from '../../../core/cloud/cloud-link.ts';
import { createMqttLink, type MqttLinkDeps } from '../../../core/cloud/mqtt-link.ts';
import { CloudSettings } from '../../../core/config/cloud-settings.ts';
import type { SpoolEntry } from '../../../core/store/spool.ts';
import { message, noTracer } from '../broker/harness.ts';

export { message, noTracer, until } from '../broker/harness.ts';

/** A message for a link as the uplink makes it. */
export const entry = (id: number, topic = 'dt/x', payload: string | Uint8Array = String(id)): Outgoing => ({
  topic,
  payload: Buffer.from(payload),
  retain: false,
  properties: { id: `gw-1-${id}`, source: 'device:meter', seq: String(id), boot: 'boot', at: '0' },
});

export const spoolEntry = (id: number, topic = 'dt/x', payload: string | Uint8Array = String(id)): SpoolEntry => ({
  id,
  stream: 'rest',
  custody: id,
  message: message(topic, payload, { qos: 1, sequence: id }),
  keptAt: 0,
  expiresAt: null,
});

/** What an uplink needs beside spool and link: time that goes on, stamps that are right. */
export const noTime = {
  steady: () => systemClock.monotonic(),
  redate: ({ wallMs }: { readonly wallMs: number }) => ({ wallMs, redated: false }),
};

export type TestLink = CloudLink & Service & { readonly logs: LogHub };

/** A link with short times against a port on this machine; not started. */
export function makeLink(
  settings: Partial<Omit<CloudSettings, 'url'>> & { url?: string; port?: number },
  more: Partial<MqttLinkDeps> = {},
): TestLink {
  const { port, ...rest } = settings;
  const logs = createLogHub({ clock: systemClock }, { keep: 1000, level: 'debug' });
  const parsed = CloudSettings.parse({
    url: `mqtt://127.0.0.1:${port}`,
    clientId: 'gw-1',
    ackTimeoutMs: 1000,
    connectTimeoutMs: 1500,
    maxBackoffMs: 300,
    ...rest,
  });
  const deps = { clock: systemClock, log: logs.logger('cloud'), metrics: createMetrics(), random: Math.random, tracer: noTracer };
  return Object.assign(createMqttLink({ ...deps, ...more }, parsed), { logs });
}

/** Resolves with the first status that fits, the present one included. */
export async function reached(link: CloudLink, fits: (status: CloudStatus) => boolean, what: string): Promise<CloudStatus> {
  if (fits(link.status())) return link.status();
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      off();
      reject(new Error(`never ${what}; now ${JSON.stringify(link.status())}`));
    }, 10_000);
    const off = link.onStatus((status) => {
      if (!fits(status)) return;
      clearTimeout(timer);
      off();
      resolve(status);
    });
  });
}

export const isConnected = (status: CloudStatus): boolean => status.state === 'connected';

/** Offline after an attempt; before the first one it is offline without an error. */
export const hasFailed = (status: CloudStatus): boolean => status.state === 'offline' && status.lastError !== null;

/** The code with which a promise is rejected. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'resolved';
  } catch (cause) {
    return cause instanceof GatewayError ? cause.code : String(cause);
  }
}

export const signal = (): AbortSignal => new AbortController().signal;
