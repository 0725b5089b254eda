import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { systemClock } from '../base/clock.ts';
import { describe, GatewayError } from '../base/errors.ts';
import { topicMatches } from '../router/topics.ts';
import type { Context } from './commands/command.ts';
import { follow } from './commands/streams.ts';
import { withGateway } from './connect.ts';

/** An event for a function that is being written. */
export interface TrafficEvent {
  readonly topic: string;
  readonly source: string;
  readonly payload: Uint8Array;
}

export interface TrafficEars {
  /** Resolves when the next one may come. */
  take(event: TrafficEvent): Promise<void>;
  note(text: string): void;
}

/** A line of `gatehouse subscribe --json`. */
const Line = z.object({
  at: z.number(),
  topic: z.string(),
  source: z.string(),
  payload: z.string(),
  truncated: z.boolean().default(false),
});

const badInput = (message: string, cause?: unknown): GatewayError => new GatewayError('cli/bad-input', message, { cause });

function parseLine(path: string, number: number, text: string): z.infer<typeof Line> {
  try {
    return Line.parse(JSON.parse(text));
  } catch (cause) {
    throw badInput(`${path}, line ${number}: it is no message as "gatehouse subscribe --json" writes them`, cause);
  }
}

const cutOff = ({ topic }: { readonly topic: string }): string =>
  `The message on ${topic} is left out: only its first 4 KiB are known here.`;

/**
 * What was recorded, with the pauses that it had, `speed` times as fast (0: without any). Resolves at its end, also when the signal ends
 * it. Rejects with `cli/bad-input`: unreadable, a line that is no message.
 */
export async function replay(
  path: string,
  { filter, speed }: { readonly filter: string; readonly speed: number },
  ears: TrafficEars,
  signal: AbortSignal,
): Promise<void> {
  const input = createReadStream(path);
  const failed = Promise.withResolvers<never>();
  input.once('error', (cause) => failed.reject(badInput(`the recording ${path} cannot be read: ${describe(cause)}`, cause)));
  async function run(): Promise<void> {
    let before: number | null = null;
    let number = 0;
    for await (const text of createInterface({ input })) {
      number += 1;
      if (text.trim() === '') continue;
      const line = parseLine(path, number, text);
      if (!topicMatches(filter, line.topic)) continue;
      const pauseMs = before === null || speed === 0 ? 0 : Math.max(0, line.at - before) / speed;
      before = line.at;
      if (pauseMs > 0) await systemClock.sleep(pauseMs, signal).catch(() => {});
      if (signal.aborted) return;
      if (line.truncated) ears.note(cutOff(line));
      else await ears.take({ topic: line.topic, source: line.source, payload: Buffer.from(line.payload, 'base64') });
    }
  }
  try {
    await Promise.race([run(), failed.promise]);
  } finally {
    input.destroy();
  }
}

/** What flows in a running gateway, from now on; until the signal ends it. `publish` brings what the function says back to it. */
export function live(
  context: Context,
  dataDir: string,
  filter: string,
  ears: TrafficEars,
  onPublish: (publish: (topic: string, payload: Uint8Array) => Promise<void>) => void,
): Promise<void> {
  return withGateway(dataDir, async (client) => {
    onPublish(async (topic, payload) => {
      await client.call('message.publish', { topic, payload: Buffer.from(payload).toString('base64'), qos: 0, retain: false });
    });
    await follow(client, context, {
      topic: 'messages',
      params: { filter },
      showOld: 0,
      count: null,
      show(row) {
        if (row.truncated) ears.note(cutOff(row));
        else
          ears
            .take({ topic: row.topic, source: row.source, payload: Buffer.from(row.payload, 'base64') })
            .catch((cause: unknown) => ears.note(describe(cause)));
      },
      ready: `Takes what comes on ${filter}. Ctrl-C ends.`,
    });
  });
}

/** A gateway with the demo site in a temporary folder, while `run` goes on. */
export async function withDemo(run: (dataDir: string) => Promise<void>): Promise<void> {
  const { startGateway } = await import('../main.ts');
  const data = await mkdtemp(join(tmpdir(), 'gatehouse-demo-'));
  try {
    const gateway = await startGateway({ data, headless: true, kiosk: false, demo: true, port: 0, mqttPort: 0 }, null);
    try {
      await run(data);
    } finally {
      await gateway.stop();
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}
