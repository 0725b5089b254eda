import { expect, it } from 'vitest';
import { takesCallback, takesOnlyEvent } from '../../../../core/functions/lambda/takes-callback.ts';

const made = (source: string): { readonly length: number } => {
  const value: unknown = new Function(`return (${source});`)();
  if (typeof value !== 'function') throw new Error(`${source} is no function`);
  return value;
};

it.each([
  '(event, context, callback) => {}',
  'function (event, context, callback) {}',
  'function named(a, b, c) {}',
  'async (event, context, callback) => {}',
  '(event, context = {}, callback) => {}',
  '({ a, b: [c] }, context, callback) => {}',
  '(event, context = f({ a: 1, b: (2, 3) }), callback = () => {}) => {}',
  '(...all) => all',
  'function (event, ...rest) {}',
  'function () { return inner.apply(this, arguments); }',
  'function () { const done = arguments[2]; }',
  '(event, context) => context.done(null, 1)',
  '(event, ctx) => { later(() => ctx.succeed(1)); }',
  '(event, $c) => { later($c.fail); }',
  'function (event, c) { c.done(); }',
  '(event, { succeed }) => succeed()',
])('%s may end later than it returns', (source) => {
  expect(takesCallback(made(source))).toBe(true);
});

it.each([
  '() => {}',
  'event => event',
  'async event => event',
  '(event) => ({ ...event, a: 1 })',
  '(event, context) => context.awsRequestId',
  '({ a, b, c }, context) => a',
  '(event, context) => iterator.next().done',
  '(event, c) => context.done()',
  '(event, { awsRequestId }) => awsRequestId',
  'async ([a, b, c]) => a',
  '((event) => event).bind(null)',
  '(event = (1, 2, 3)) => event',
])('%s ends with its return', (source) => {
  expect(takesCallback(made(source))).toBe(false);
});

it.each([
  '() => {}',
  'event => event',
  'async event => event',
  'async function handler(event) { return event; }',
  '({ a, b: [c] }) => a + c',
  '{ handler(event) { return event; } }.handler',
])('%s sees nothing but its event', (source) => {
  expect(takesOnlyEvent(made(source))).toBe(true);
});

it.each([
  '(event, context) => event',
  '(event, context = {}) => event',
  '(event = ")", context) => context',
  '(event = 1) => event',
  '(...all) => all',
  '(event, ...rest) => rest',
  'function (event) { return inner.apply(this, arguments); }',
  'function (event) { return arguments[1]; }',
  '((event, context) => event).bind(null)',
  'new Proxy((event, context) => event, {})',
  'Object.defineProperty((...all) => all, "length", { value: 1 })',
  'Object.defineProperty((event, context) => context, "length", { value: 1 })',
])('%s may see its context', (source) => {
  expect(takesOnlyEvent(made(source))).toBe(false);
});
