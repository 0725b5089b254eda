import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { systemClock } from '../../../../core/base/clock.ts';
import { FunctionSpec } from '../../../../core/contract/document/functions.ts';
import { startProbe } from '../../../fakes/functions/sdk-probe.ts';
import { createSdkSite } from '../../../fakes/functions/sdk-site.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const SDK = join(ROOT, 'core/functions/sdk');
const text = await readFile(join(SDK, 'README.md'), 'utf8');
const blocks = (kind: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${kind}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, body = '']) => body);
const examples = blocks('ts');

/** What an editor must accept, and what it must not. */
const USES = `
import { device, type Handler, history, invoke, log, metrics, publish, request, schedule, secret, state, subscribe, type TrendPoint } from 'gatehouse';
await publish('a', new Uint8Array(1), { qos: 2, retain: true });
await publish('a', null);
const n: number | undefined = await state.get<number>('n');
const points: readonly TrendPoint[] = await history.query('s', { from: new Date(), to: 5 });
const weight: number = (await request('a', 'b')).json<{ weight: number }>().weight;
const end: () => void = subscribe('a/#', ({ payload }: { payload: Uint8Array }) => void payload);
const value: string | number | boolean | null | undefined = (await device.read('m'))['p']?.value;
const pin: string | Uint8Array = await secret('modem');
const pages: number = await invoke<number>('print', {});
const found: boolean = await schedule.cancel('a');
metrics.count('sold');
log.info('a', { b: 1 });
export const handler = ((event, context) => context.getRemainingTimeInMillis() + event.n) satisfies Handler<{ n: number }, number>;
export const all = [n, points, weight, end, value, pin, pages, found];
// @ts-expect-error a topic is text
publish(5, 'a');
// @ts-expect-error no such quality of service
publish('a', 'b', { qos: 3 });
// @ts-expect-error undefined is no payload
publish('a', undefined);
// @ts-expect-error a value of this kind cannot be written
device.command('m', 'p', { on: true });
// @ts-expect-error no such level
log.loud('a');
// @ts-expect-error a time is needed
schedule.at('a');
// @ts-expect-error what it is must be said
state.get('a').then((text) => text.length);
// @ts-expect-error it is not there
import { shout } from 'gatehouse';
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-examples-'));
  await copyFile(join(SDK, 'gatehouse.d.ts'), join(folder, 'gatehouse.d.ts'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const options = { target: 'es2024', module: 'nodenext', strict: true, noUncheckedIndexedAccess: true, noEmit: true };
  const own = { erasableSyntaxOnly: true, verbatimModuleSyntax: true, types: ['node'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...options, ...own } }));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'uses.ts'), USES);
  for (const [i, body] of examples.entries()) await writeFile(join(folder, `example-${i}.ts`), body);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the examples of the documentation', () => {
  it('and what else the types promise are what an editor accepts', async () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const run = promisify(execFile)(process.execPath, [tsc, '-p', folder]);
    const told = await run.then(
      ({ stdout }) => stdout,
      (cause: { stdout: string }) => cause.stdout,
    );
    expect(told).toBe('');
    expect(examples.length).toBeGreaterThanOrEqual(6);
  });

  it.each(examples.map((_body, i) => [i]))('number %i loads as it stands', async (i) => {
    const probe = await startProbe(join(folder, `example-${i}.ts`), createSdkSite(systemClock).desk, true);
    await probe.stop();
  });

  it.each(blocks('yaml').map((body) => [body]))('%s', (body) => {
    expect(() => FunctionSpec.parse(parse(body))).not.toThrow();
  });
});
