import { type Handler, log, publish } from 'gatehouse';

interface Reading {
  readonly value: number;
  readonly unit?: string;
}

/** Warns on `alarms/{{name}}` when a reading is above the limit, and answers what it did. */
export const handler = (async (event, context) => {
  const limit = Number(process.env['LIMIT'] ?? 80);
  if (typeof event.value !== 'number') throw new TypeError('the event has no number "value"');
  if (event.value <= limit) return { above: false };
  const { topic } = context.gatehouse;
  await publish('alarms/{{name}}', { topic, value: event.value, limit, unit: event.unit ?? '' });
  log.warn('above the limit', { topic, value: event.value });
  return { above: true };
}) satisfies Handler<Reading>;
