import { GatewayError } from '../../base/errors.ts';
import type { Handlers } from '../sources.ts';
import { runnerOf } from './function-handlers.ts';
import { bytesOf, checkTopic } from './input-checks.ts';
import { base64Of } from './message-source.ts';
import type { GatewayRuntime } from './runtime.ts';

type Methods = Pick<Handlers, 'test-event.list' | 'test-event.save' | 'test-event.remove'>;

/** Events that were saved to try a function with. */
export function createTestEventHandlers(runtime: GatewayRuntime): Methods {
  const { testEvents } = runtime.store;
  return {
    'test-event.list': async (input) =>
      (await testEvents.list(input.function)).map(({ name, topic, payload, savedAt }) => ({
        name,
        topic,
        payload: base64Of(payload),
        savedAt,
      })),
    'test-event.save': async (input) => {
      runnerOf(runtime, input.function);
      checkTopic(input.topic);
      const payload = bytesOf(input.payload);
      const { name, topic } = input;
      await testEvents.save({ function: input.function, name, topic, payload, savedAt: runtime.clock.now() });
      return null;
    },
    'test-event.remove': async (input) => {
      if (await testEvents.remove(input.function, input.name)) return null;
      throw new GatewayError('api/bad-input', `There is no test event "${input.name}" of ${input.function} any more.`, {
        remedy: 'Look at the list again.',
      });
    },
  };
}
