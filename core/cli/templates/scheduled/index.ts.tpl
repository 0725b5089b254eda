import { type Handler, history, publish } from 'gatehouse';

interface Due {
  readonly schedule: string;
  readonly due: string;
  readonly missed?: number;
}

const DAY_MS = 86_400_000;

/** Each night: highest and lowest value of the day before, as one message. */
export const handler = (async (event) => {
  const to = new Date(event.due);
  const points = await history.query('devices/meter/power', { from: to.getTime() - DAY_MS, to, buckets: 24 });
  const known = points.flatMap(({ min, max }) => (min === null || max === null ? [] : [min, max]));
  if (known.length === 0) return { day: event.due, known: false };
  const report = { day: event.due, lowest: Math.min(...known), highest: Math.max(...known) };
  await publish('reports/{{name}}', report);
  return report;
}) satisfies Handler<Due>;
