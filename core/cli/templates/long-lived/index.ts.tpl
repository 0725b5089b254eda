import { type Handler, publish, state, subscribe } from 'gatehouse';

interface Counts {
  readonly messages: number;
  readonly bytes: number;
}

/** Lives as long as the function does; what must outlive it is in `state`. */
let sinceStart = 0;

subscribe('devices/#', async ({ payload }) => {
  sinceStart += 1;
  await state.update<Counts>('counts', (before) => ({
    messages: (before?.messages ?? 0) + 1,
    bytes: (before?.bytes ?? 0) + payload.length,
  }));
});

/** Everything that `subscribe` does not take comes here, e.g. what is invoked by hand. */
export const handler = (async () => {
  const counts = (await state.get<Counts>('counts')) ?? { messages: 0, bytes: 0 };
  await publish('{{name}}/counts', { ...counts, sinceStart });
  return counts;
}) satisfies Handler;
