import { GatewayError } from '../../base/errors.ts';
import type { DeviceView } from '../../contract/views.ts';
import { writeQuestions } from '../../contract/write-confirm.ts';
import type { Handlers } from '../sources.ts';
import { createDeadLetterHandlers } from './dead-letter-handlers.ts';
import { createFailedEventHandlers } from './failed-event-handlers.ts';
import { createFunctionHandlers } from './function-handlers.ts';
import { gatewayView } from './gateway-view.ts';
import { createOutboxHandlers } from './outbox-handlers.ts';
import type { GatewayRuntime, RunningDevice } from './runtime.ts';
import { createSecretHandlers } from './secret-handlers.ts';
import { createTestEventHandlers } from './test-event-handlers.ts';

/** Throws `tool/no-consent` where a command that asks before it writes this point shows that somebody must confirm it. */
function checkConfirmed({ name, commands }: DeviceView, point: string, confirmed: boolean): void {
  const questions = writeQuestions(commands, point);
  if (confirmed || questions.length === 0) return;
  throw new GatewayError('tool/no-consent', `${name}: nobody has confirmed that "${point}" is written`, {
    remedy: questions.join(' '),
  });
}

/** Every call of the contract, against the running gateway. */
export function createHandlers(runtime: GatewayRuntime): Handlers {
  function device(id: string): RunningDevice {
    const found = runtime.devices().get(id);
    if (!found) throw new GatewayError('adapter/unknown-device', `There is no device "${id}".`);
    return found;
  }
  return {
    'gateway.status': async () => gatewayView(runtime),
    'device.list': async () => [...runtime.devices().values()].map((one) => one.view()),
    'device.reconnect': async (input) => {
      device(input.device).reconnect();
      return null;
    },
    'device.read': async (input, signal) => {
      await device(input.device).readNow(signal);
      return null;
    },
    'device.write': async (input, signal, caller) => {
      const target = device(input.device);
      checkConfirmed(target.view(), input.point, input.confirmed === true);
      await target.write(input.point, input.value, signal);
      runtime.logs
        .logger(`device:${input.device}`)
        .info('device.written', { point: input.point, value: input.value, by: caller.kind });
      return null;
    },
    'device.command': async (input, signal, caller) => {
      const result = await device(input.device).command(input.command, input.value, input.confirmed, signal);
      runtime.logs
        .logger(`device:${input.device}`)
        .info('device.commanded', { command: input.command, state: result.state, by: caller.kind });
      return result;
    },
    ...runtime.field.calls,
    ...createFunctionHandlers(runtime),
    ...createFailedEventHandlers(runtime),
    ...createTestEventHandlers(runtime),
    ...createSecretHandlers(runtime),
    'history.trend': async (input) => [...(await runtime.store.history.trend(input.series, input.from, input.to, input.buckets))],
    'deployment.text': async (input) => ({ text: await runtime.engine.text(input.version) }),
    'deployment.validate': async (input) => {
      const { ok, faults, changes, name } = await runtime.engine.check(input.text);
      return { ok, faults: [...faults], changes: [...changes], name };
    },
    'deployment.apply': async (input, _signal, caller) => ({
      version: await runtime.engine.apply(input.text, { by: caller.kind, note: input.note, basedOn: input.basedOn }),
    }),
    'line.set': async (input) => {
      if (!runtime.line)
        throw new GatewayError('api/not-available', 'There is no practice cloud here: a real cloud is configured, or none.');
      await runtime.line.setLine(input.state);
      return null;
    },
    'trace.next': async (input) => {
      runtime.tracer.askNext(input.source);
      return null;
    },
    'message.publish': async (input, _signal, caller) => {
      const payload = Buffer.from(input.payload, 'base64');
      await runtime.publishAsClient(caller.kind, { topic: input.topic, payload, qos: input.qos, retain: input.retain });
      return null;
    },
    'kiosk.exit': async (input) => {
      await runtime.exitKiosk(input.pin);
      return null;
    },
    ...createOutboxHandlers(runtime),
    ...createDeadLetterHandlers(runtime),
    'alarm.acknowledge': async (input) => {
      if (!runtime.alarms.acknowledge(input.id))
        throw new GatewayError('api/bad-input', `There is no alarm "${input.id}" any more.`);
      return null;
    },
    'log.recent': async (input) => runtime.logs.recent().slice(-input.limit),
  };
}
