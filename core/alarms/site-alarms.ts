import { z } from 'zod';
import type { Logger } from '../base/log.ts';
import type { PlainSink } from '../router/sink.ts';
import type { Alarms } from './alarms.ts';

/** What a function publishes to a topic that a subscription leads to the target `alarms`. */
const SiteAlarm = z.object({
  /** False: the alarm is over. */
  active: z.boolean(),
  message: z.string().min(1).max(300),
  remedy: z.string().max(300).optional(),
  priority: z.enum(['critical', 'high', 'low']).default('high'),
});

const decoder = new TextDecoder('utf-8', { fatal: true });

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(payload));
  } catch {
    return undefined;
  }
}

/** The target `alarms`: shows on the screen what a function of the site has found. The topic names the alarm. */
export function createAlarmSink(deps: { alarms: Alarms; log: Logger }): PlainSink {
  return {
    durable: false,
    deliver(batch) {
      for (const message of batch) {
        const parsed = SiteAlarm.safeParse(parse(message.payload));
        const source = `${message.source.kind}:${message.source.id}`;
        if (!parsed.success) {
          deps.log.warn('alarm.not-understood', {
            message: `A message on "${message.topic}" is no alarm.`,
            remedy: 'Publish {"active": true, "message": "...", "priority": "high"}.',
            topic: message.topic,
          });
        } else if (parsed.data.active) {
          const { message: text, remedy, priority } = parsed.data;
          deps.alarms.raise({
            source,
            code: 'site/alarm',
            key: message.topic,
            priority,
            message: text,
            ...(remedy === undefined ? {} : { remedy }),
          });
        } else deps.alarms.clear(source, 'site/alarm', message.topic);
      }
      return undefined;
    },
  };
}
