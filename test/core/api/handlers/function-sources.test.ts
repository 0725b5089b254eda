import { expect, it } from 'vitest';
import { createFunctionSources } from '../../../../core/api/handlers/function-sources.ts';
import { createSources } from '../../../../core/api/handlers/sources.ts';
import type { Params, Row, Topic } from '../../../../core/contract/api.ts';
import { TOPICS } from '../../../../core/contract/api.ts';
import { createFunctionRuntime } from './function-runtime.ts';

type FunctionTopic = keyof ReturnType<typeof createFunctionSources>;

function rowsOf<T extends FunctionTopic>(topic: T, params: Params<T>): readonly Row<T>[] {
  const source = createFunctionSources(createFunctionRuntime().runtime)[topic];
  if (source.kind !== 'table') throw new Error(`${topic} is a table`);
  const rows: readonly Row<T>[] = source.rows(params as never); // one of several topics, each with params of its own
  for (const row of rows) TOPICS[topic].row.parse(row);
  return rows;
}

it('gives the rows of one function or of all', () => {
  expect(rowsOf('functions', {}).map((one) => one.name)).toEqual(['energy-minutes', 'pump-vibration']);
  expect(rowsOf('instances', { function: 'energy-minutes' }).length).toBe(1);
  expect(new Set(rowsOf('instances', {}).map((one) => one.function))).toEqual(new Set(['energy-minutes', 'pump-vibration']));
  expect(rowsOf('function-errors', { function: 'pump-vibration' }).length).toBe(4);
  expect(rowsOf('function-versions', { function: 'pump-vibration' }).length).toBe(2);
  expect(rowsOf('schedules', {}).length).toBe(3);
  expect(rowsOf('schedules', { function: 'pump-vibration' })).toEqual([]);
});

it('has no rows of a function that is not there', () => {
  for (const topic of ['instances', 'function-errors'] satisfies Topic[])
    expect(rowsOf(topic, { function: 'nobody' })).toEqual([]);
});

it('sends the log of one source only where it is asked for', () => {
  const { runtime, log } = createFunctionRuntime();
  const { logs } = createSources(runtime);
  if (logs.kind !== 'log') throw new Error('the log is a log');
  log.logger('function:a').info('function.output', { message: 'before' });
  log.logger('device:m').info('device.connected');
  const seen: string[] = [];
  const one = logs.open({ source: 'function:a' }, (row) => seen.push(row.message));
  expect(one.rows.map((row) => row.message)).toEqual(['before']);
  expect(logs.open({}, () => {}).rows.length).toBe(2);
  log.logger('device:m').info('device.lost');
  log.logger('function:a').warn('function.output', { message: 'after' });
  expect(seen).toEqual(['after']);
  one.close();
  log.logger('function:a').warn('function.output', { message: 'closed' });
  expect(seen).toEqual(['after']);
});
