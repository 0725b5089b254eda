// One step with the module `gatehouse` that the event names, its outcome as plain data.
import * as gatehouse from 'gatehouse';

const { publish, request, subscribe, state, history, device, secret, invoke, log, metrics, schedule } = gatehouse;
const heard = [];
let end = () => {};
const tell = ({ topic, source, payload, text }) => ({ topic, source, text: text(), bytes: payload.byteLength });

const STEPS = {
  names: () => Object.keys(gatehouse).sort(),
  publish: (given) => publish(...given),
  request: async (given) => {
    const reply = await request(...given);
    return { ...tell(reply), json: reply.json() };
  },
  badJson: async (given) => (await request(...given)).json(),
  state: ([name, ...given]) => state[name](...given),
  count: ([key]) => state.update(key, (n = 0) => n + 1),
  forget: ([key]) => state.update(key, () => undefined),
  stateOdd: async ([what]) => state.set('odd', { nothing: undefined, bigint: 1n, circle: globalThis, code: () => {} }[what]),
  history: ([series, range]) =>
    history.query(series, range.dates ? { from: new Date(range.from), to: new Date(range.to) } : range),
  command: (given) => device.command(...given),
  read: (given) => device.read(...given),
  secret: async (given) => {
    const value = await secret(...given);
    return typeof value === 'string' ? value : { bytes: [...value], kind: value.constructor.name };
  },
  invoke: ([name, event]) => invoke(name, event === 'bytes' ? Uint8Array.of(1, 2) : event),
  log: ([level, ...given]) => log[level](...given),
  logOdd: () => log.warn('50 % of %s', { big: 1n, error: new Error('inner') }),
  metrics: ([kind, ...given]) => metrics[kind](...given),
  manyMetrics: () => {
    for (let i = 0; i < 60; i += 1) metrics.count(`m${i}`);
  },
  at: ([id, when, event]) => schedule.at(id, when.date ? new Date(when.date) : when, event),
  cancel: ([id]) => schedule.cancel(id),
  subscribe: ([filter, fails]) => {
    end = subscribe(filter, async (message) => {
      await null;
      heard.push({ filter, ...tell(message) });
      if (fails) throw new Error(fails);
    });
  },
  unsubscribe: () => end(),
  heard: () => heard.splice(0),
};

export const handler = async ({ step, given = [] }) => {
  try {
    return { value: await STEPS[step](given) };
  } catch (error) {
    const { message, name, code, functionError, details } = error;
    return { failed: message, name, code, functionError, details };
  }
};
