import { EXIT, type ExitCode } from '../output.ts';
import { type PayloadOptions, payloadOf } from '../payload.ts';
import type { Context } from './command.ts';

export interface PublishOptions extends PayloadOptions {
  readonly topic: string;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/** `gatehouse publish <topic> [payload]`: as a local client would; done when the gateway has accepted it. No payload reads the standard input. */
export async function publish(context: Context, options: PublishOptions): Promise<ExitCode> {
  const { topic, qos, retain } = options;
  const isSaid = options.payload !== undefined && options.payload !== '-';
  const source = isSaid ? options : { payload: undefined, file: options.file ?? '-' };
  const payload = (await payloadOf(source, context, 'a --file')) ?? Buffer.alloc(0);
  return context.withClient(async (client) => {
    await client.call('message.publish', { topic, payload: payload.toString('base64'), qos, retain }, context.signal);
    if (context.output.json) context.output.line(JSON.stringify({ published: { topic, bytes: payload.length, qos, retain } }));
    return EXIT.ok;
  });
}
