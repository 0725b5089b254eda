import { createEmitter } from '../../../../core/base/emitter.ts';
import type { BlueBus, BusCall, BusSignal } from '../../../../core/transports/bluetooth/bluez/bus.ts';

export interface FakeBus extends BlueBus {
  readonly calls: BusCall[];
  readonly members: string[];
  /** What a method gives; an Error rejects. Unset: nothing. */
  answer(member: string, given: readonly unknown[] | Error): void;
  signal(signal: Partial<BusSignal> & Pick<BusSignal, 'member'>): void;
  changed(path: string, iface: string, values: Record<string, unknown>): void;
  lose(error: Error): void;
  readonly listeners: number;
}

/** A bus in memory: calls are kept, answers are set beforehand. */
export function createFakeBus(): FakeBus {
  const signals = createEmitter<BusSignal>();
  const ending = Promise.withResolvers<Error>();
  const answers = new Map<string, readonly unknown[] | Error>();
  const calls: BusCall[] = [];
  const emit: FakeBus['signal'] = (signal) => signals.emit({ path: '/', iface: 'org.freedesktop.DBus', body: [], ...signal });
  return {
    calls,
    get members() {
      return calls.map(({ member }) => member);
    },
    answer: (member, given) => void answers.set(member, given),
    async call(call) {
      calls.push(call);
      const given = answers.get(call.member) ?? [];
      if (given instanceof Error) throw given;
      return given;
    },
    async watch() {},
    onSignal: (listener) => signals.on(listener),
    serve: () => () => {},
    closed: ending.promise,
    close: () => ending.resolve(new Error('closed')),
    signal: emit,
    changed: (path, iface, values) =>
      emit({ path, iface: 'org.freedesktop.DBus.Properties', member: 'PropertiesChanged', body: [iface, values, []] }),
    lose: ending.resolve,
    get listeners() {
      return signals.size;
    },
  };
}
