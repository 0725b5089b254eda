import { describe, expect, it } from 'vitest';
import { checkDocument } from '../../../core/deploy/check.ts';
import { candidates, placeInFile, placeInPackage } from '../../../core/deploy/handler-place.ts';
import { device, inline, textOf } from './document-of.ts';

const faults = (more: object, others: object[] = []): string[] =>
  checkDocument(textOf({ devices: [device('meter')], functions: [inline('f', 'x', more), ...others] })).faults.map(
    (one) => `${one.path}: ${one.message}`,
  );

describe('a function of the document', () => {
  it.each([
    [
      'a wrong pattern',
      { schedules: [{ id: 'a', cron: '99 * * * *' }] },
      /^functions\[0\]\.schedules\[0\]\.cron: The pattern cannot be used: /,
    ],
    ['a pattern of four fields', { schedules: [{ id: 'a', cron: '0,15,30 * * *' }] }, /it has 4 field/],
    [
      'a schedule twice',
      {
        schedules: [
          { id: 'a', everyMs: 1000 },
          { id: 'a', cron: '0 3 * * *' },
        ],
      },
      /^functions\[0\]\.schedules\[1\]\.id: The schedule id "a" is used twice/,
    ],
    [
      'an unknown function to invoke',
      { permissions: { invoke: ['g'] } },
      /^functions\[0\]\.permissions\.invoke\[0\]: There is no function "g"/,
    ],
    [
      'an unknown function that invokes',
      { permissions: { invokedBy: ['cli', 'function:g'] } },
      /^functions\[0\]\.permissions\.invokedBy\[1\]: There is no function "g"/,
    ],
    [
      'an unknown device to read',
      { permissions: { devices: { read: ['x'] } } },
      /permissions\.devices\.read\[0\]: There is no device "x"/,
    ],
    [
      'an unknown device to command',
      { permissions: { devices: { command: ['x'] } } },
      /devices\.command\[0\]: There is no device "x"/,
    ],
    [
      'files in a thread',
      { permissions: { files: { read: ['/srv'] } } },
      /^functions\[0\]\.permissions\.files: "files" holds a process/,
    ],
    ['workers in a thread', { permissions: { workers: true } }, /permissions\.workers/],
    [
      'a handler in another file',
      { handler: 'lib/other.handler' },
      /^functions\[0\]\.handler: The handler "lib\/other\.handler" names another file/,
    ],
  ])('with %s says so', (_what, more, expected) => {
    expect(faults(more)).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    [
      'its own names',
      { permissions: { invoke: ['f', '*'], invokedBy: ['function:*', 'function:f'], devices: { read: ['meter', '*'] } } },
    ],
    ['files in a process', { isolation: 'process', permissions: { files: { read: ['/srv'] }, childProcesses: true } }],
    [
      'good patterns',
      {
        schedules: [
          { id: 'a', cron: '0 3 * * 1-5', timeZone: 'Europe/Berlin' },
          { id: 'b', cron: '*/5 * * * * *' },
        ],
      },
    ],
    ['a nested export', { handler: 'api.read' }],
    ['its module named', { handler: 'src/index.handler' }],
  ])('with %s is sound', (_what, more) => {
    expect(faults(more)).toEqual([]);
  });
});

describe('a handler', () => {
  it.each([
    ['index.handler', 'index', ['handler']],
    ['src/api.read', 'src/api', ['read']],
    ['src/v1.2/api.read', 'src/v1.2/api', ['read']],
    ['app.orders.create', 'app', ['orders', 'create']],
    ['handler', 'index', ['handler']],
    ['./index.handler', 'index', ['handler']],
  ])('%s of a package is found', (handler, module, exportPath) => {
    for (const ending of ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])
      expect(placeInPackage(handler, (file) => file === module + ending)).toEqual({ file: module + ending, exportPath });
    expect(placeInPackage(handler, () => true)?.file).toBe(`${module}.js`);
    expect(placeInPackage(handler, () => false)).toBeNull();
    expect(candidates(handler)).toHaveLength(6);
  });

  it.each([
    ['handler', 'a.mjs', ['handler']],
    ['a.handler', 'a.mjs', ['handler']],
    ['lib/a.handler', 'a.mjs', ['handler']],
    ['api.read', 'a.mjs', ['api', 'read']],
    ['a.api.read', 'a.mjs', ['api', 'read']],
  ])('%s of one file is found', (handler, file, exportPath) => {
    expect(placeInFile(handler, file)).toEqual({ file, exportPath });
  });
});
