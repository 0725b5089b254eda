import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GatewayError } from '../../../../core/base/errors.ts';
import { Permissions } from '../../../../core/contract/document/permissions.ts';
import { Subscription } from '../../../../core/contract/document/subscriptions.ts';
import type { Demand } from '../../../../core/functions/calls/call-desk.ts';
import { createGatekeeper, invokerDenied, mayInvoke, patternMatches } from '../../../../core/functions/calls/gatekeeper.ts';
import { topicMatches } from '../../../../core/router/topics.ts';

const subscription = (source: string, subject: string, enabled = true) =>
  Subscription.parse({
    id: subject.replaceAll(/[^a-z0-9]/g, '-').replace(/^-/, 'x'),
    source,
    subject,
    target: 'history',
    enabled,
  });

const keeper = (permissions: object, subscriptions = [subscription('function:alarm', 'alarms/#')]) =>
  createGatekeeper('alarm', Permissions.parse(permissions), () => subscriptions);

function refusal(permissions: object, what: Demand): GatewayError | null {
  try {
    keeper(permissions).demand(what);
    return null;
  } catch (cause) {
    if (cause instanceof GatewayError) return cause;
    throw cause;
  }
}

/** What is asked for, the permissions that allow it, and one that is near and does not. */
const TABLE: readonly [Demand, allowing: object, near: object, line: string][] = [
  [{ kind: 'publish', topic: 'a/b' }, { publish: ['a/+'] }, { publish: ['a'] }, 'publish: ["a/b"]'],
  [{ kind: 'publish', topic: '$aws/x' }, { publish: ['$aws/#'] }, { publish: ['#'] }, 'publish: ["$aws/x"]'],
  [{ kind: 'reply', topic: 'r/1' }, { replies: ['r/+'] }, { publish: ['r/+'] }, 'replies: ["r/1"]'],
  [{ kind: 'invoke', function: 'other' }, { invoke: ['other'] }, { invoke: ['others'] }, 'invoke: [other]'],
  [{ kind: 'invoke', function: 'other' }, { invoke: ['*'] }, { invokedBy: ['function:other'] }, 'invoke: [other]'],
  [{ kind: 'secret', id: 'db/password' }, { secrets: ['db/*'] }, { secrets: ['db'] }, 'secrets: ["db/password"]'],
  [
    { kind: 'shadow', thing: 't', name: null, write: false },
    { shadows: [{ thing: 't' }] },
    { shadows: [{ thing: 't', name: '*' }] },
    'shadows: [{ thing: "t", access: read }]',
  ],
  [
    { kind: 'shadow', thing: 't', name: 'n', write: true },
    { shadows: [{ thing: '*', name: '*', access: 'write' }] },
    { shadows: [{ thing: '*', name: '*' }] },
    'shadows: [{ thing: "t", name: "n", access: write }]',
  ],
  [
    { kind: 'shadow', thing: 't', name: 'n', write: false },
    { shadows: [{ thing: 't', name: 'n', access: 'write' }] },
    { shadows: [{ thing: 't', access: 'write' }] },
    'shadows: [{ thing: "t", name: "n", access: read }]',
  ],
  [
    { kind: 'device', device: 'pump', write: true },
    { devices: { command: ['pump'] } },
    { devices: { read: ['*'] } },
    'devices: { command: [pump] }',
  ],
  [
    { kind: 'device', device: 'pump', write: false },
    { devices: { read: ['*'] } },
    { devices: { command: ['pump'] } },
    'devices: { read: [pump] }',
  ],
  [
    { kind: 'history', series: 'devices/meter/power' },
    { history: ['devices/*/power'] },
    { history: ['devices/*/pow'] },
    'history: ["devices/meter/power"]',
  ],
  [{ kind: 'schedule' }, { schedule: true }, { awsCredentials: true }, 'schedule: true'],
  [{ kind: 'credentials' }, { awsCredentials: true }, { schedule: true }, 'awsCredentials: true'],
];

it.each(TABLE)(
  '%o: allowed by its own line, denied by a near one, and the refusal names the line',
  (what, allowing, near, line) => {
    expect(refusal(allowing, what)).toBeNull();
    const denied = refusal(near, what);
    expect(denied?.code).toBe('function/denied');
    expect(denied?.message).toContain('Function "alarm" may not');
    expect(denied?.message).toContain(line);
  },
);

it('denies everything but what subscriptions carry on where the document says nothing', () => {
  for (const [what] of TABLE) expect(refusal({}, what)?.code).toBe('function/denied');
  expect(refusal({}, { kind: 'publish', topic: 'alarms/door' })).toBeNull();
});

it('follows the subscriptions that run: own and function:*, enabled ones, and their changes', () => {
  let subscriptions = [
    subscription('function:*', 'all/#'),
    subscription('function:alarm', 'off', false),
    subscription('cloud', 'up'),
  ];
  const gatekeeper = createGatekeeper('alarm', Permissions.parse({}), () => subscriptions);
  expect(['all/x', 'off', 'up'].map(gatekeeper.mayPublish)).toEqual([true, false, false]);
  subscriptions = [subscription('function:alarm', 'off')];
  expect(['all/x', 'off', 'up'].map(gatekeeper.mayPublish)).toEqual([false, true, false]);
});

it('neither keeps nor repeats a topic of any length', () => {
  const topic = 'x'.repeat(1_000_000);
  expect(keeper({ publish: ['x/#'] }).mayPublish(topic)).toBe(false);
  expect(refusal({ publish: ['x/#'] }, { kind: 'publish', topic })?.message.length).toBeLessThan(1000);
});

it('allows nothing with an empty list of topics, whatever the subscriptions say', () => {
  expect(keeper({ publish: [] }).mayPublish('alarms/door')).toBe(false);
});

it('decides as the filters do, also for more topics than it remembers', () => {
  const filters = ['a/+/c', 'b/#', '+/x'];
  const gatekeeper = keeper({ publish: filters });
  const level = fc.constantFrom('a', 'b', 'c', 'x', '$s', '1');
  fc.assert(
    fc.property(fc.array(level, { minLength: 1, maxLength: 4 }), (levels) => {
      const topic = levels.join('/');
      expect(gatekeeper.mayPublish(topic)).toBe(filters.some((filter) => topicMatches(filter, topic)));
    }),
  );
  for (let i = 0; i < 6000; i += 1) expect(gatekeeper.mayPublish(`b/${i}`)).toBe(true);
  expect(gatekeeper.mayPublish('c/1')).toBe(false);
});

it.each([
  ['function', 'caller', { invokedBy: ['function:caller'] }, { invokedBy: ['function:other', 'console'] }],
  ['function', 'caller', { invokedBy: ['function:*'] }, {}],
  ['console', 'c1', {}, { invokedBy: [] }],
  ['cli', 'c1', {}, { invokedBy: ['console'] }],
  ['cloud', '', { invokedBy: ['cloud'] }, {}],
] as const)('invocation by %s %s is for invokedBy to allow', (kind, id, allowing, denying) => {
  expect(keeper(allowing).mayBeInvokedBy({ kind, id })).toBe(true);
  expect(keeper(denying).mayBeInvokedBy({ kind, id })).toBe(false);
});

it('lets schedules and the start invoke, which the document itself names', () => {
  const permissions = Permissions.parse({ invokedBy: [] });
  expect(mayInvoke(permissions, { kind: 'schedule', id: 'nightly' })).toBe(true);
  expect(mayInvoke(permissions, { kind: 'start', id: '' })).toBe(true);
});

it('says what to add where an invoker is refused', () => {
  const fault = invokerDenied('alarm', { kind: 'function', id: 'caller' });
  expect([fault.code, fault.message]).toEqual([
    'function/denied',
    'function:caller may not invoke function "alarm": add "function:caller" to permissions.invokedBy of "alarm".',
  ]);
});

it('matches patterns as a regular expression would, in linear time', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 6 });
  fc.assert(
    fc.property(pattern, text, (p, t) => {
      expect(patternMatches(p, t)).toBe(new RegExp(`^${p.replaceAll('*', '.*')}$`).test(t));
    }),
    { numRuns: 2000 },
  );
  expect(patternMatches('*a'.repeat(120), 'a'.repeat(10_000))).toBe(true);
  expect(patternMatches(`${'*a'.repeat(120)}b`, 'a'.repeat(10_000))).toBe(false);
});
