/** Does what the event says. Everything that a function can do wrong, and some things that it should be able to do. */
const kept = [];
let handled = 0;

function deepThrow() {
  throw new RangeError('the level is out of range');
}

const ACTS = {
  answer: (event, context) => ({ topic: 'answer', payload: { n: event.n, topic: context.gatehouse.topic } }),
  several: () => [
    { topic: 'answer/1', payload: 'one', qos: 1 },
    { topic: 'answer/2', payload: new Uint8Array([0, 255]), retain: true },
  ],
  context: (_event, context) => {
    const { gatehouse, getRemainingTimeInMillis, ...plain } = context;
    const remaining = getRemainingTimeInMillis();
    return {
      topic: 'answer',
      payload: { ...plain, source: gatehouse.source, topic: gatehouse.topic, remaining, env: process.env },
    };
  },
  slow: async (event) => {
    await new Promise((done) => setTimeout(done, event.ms));
    return { topic: 'answer', payload: { n: event.n } };
  },
  throw: () => deepThrow(),
  'throw-text': () => {
    throw 'only a text';
  },
  reject: async () => deepThrow(),
  hang: () => {
    while (true);
  },
  'hang-async': () => new Promise(() => {}),
  'publish-then-hang': async (event, context) => {
    await context.gatehouse.publish('before', `n${event.n}`);
    while (true);
  },
  'hang-later': () => void setTimeout(() => ACTS.hang(), 1),
  'no-callback': (_event, _context, _callback) => undefined,
  'reject-later': () => {
    setTimeout(() => Promise.reject(new Error('nobody waits for this')), 1);
  },
  'throw-later': () => {
    setTimeout(deepThrow, 1);
  },
  exit: () => process.exit(3),
  'exit-later': () => void setTimeout(() => process.exit(0), 1),
  abort: () => process.abort(),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  chdir: () => process.chdir('/'),
  heap: () => {
    while (true) kept.push({ at: kept.length, text: `row ${kept.length}` });
  },
  map: () => {
    const map = new Map(); // its table doubles: one large allocation at a time
    for (let at = 0; ; at += 1) map.set(at, at);
  },
  'buffers-loop': () => {
    while (true) kept.push(Buffer.alloc(4 * 1024 * 1024, 1));
  },
  buffers: async () => {
    while (true) {
      kept.push(Buffer.alloc(4 * 1024 * 1024, 1));
      await new Promise((done) => setTimeout(done, 5));
    }
  },
  'publish-loop': (_event, context) => {
    for (let n = 0; ; n += 1) context.gatehouse.publish('loop', String(n));
  },
  'return-many': (event) => Array.from({ length: event.count }, (_, n) => ({ topic: 'many', payload: n })),
  circular: () => {
    const ring = {};
    ring.ring = ring;
    return { topic: 'answer', payload: ring };
  },
  'publish-late': (_event, context) => {
    setTimeout(() => context.gatehouse.publish('late', 'from a timer'), 20);
  },
  'publish-refused': async (_event, context) => {
    try {
      await context.gatehouse.publish('refused', 'x');
    } catch (error) {
      return { topic: 'answer', payload: { code: error.code, message: error.message } };
    }
  },
  'publish-awaited': async (_event, context) => {
    await context.gatehouse.publish('durable', 'x', { qos: 1 });
    return { topic: 'answer', payload: 'accepted' };
  },
  log: () => {
    console.debug('details');
    console.log('a reading of %d', 7, { unit: 'bar' });
    console.warn('rather high');
    console.error(new Error('too high').message);
    process.stdout.write('from stdout\n');
    process.stderr.write('from stderr\n');
  },
  flood: (event) => {
    for (let n = 0; n < event.count; n += 1) console.log(`line ${n}`);
    console.log('x'.repeat(20_000));
  },
  count: () => ({ topic: 'answer', payload: { handled } }),
};

export function handler(event, context) {
  handled += 1;
  return ACTS[event.do](event, context);
}
