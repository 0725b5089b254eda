import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FailedEventView, InvocationView, SecretView } from '../../../core/contract/function-views.ts';
import { LogView } from '../../../core/contract/views.ts';
import { type SocketGateway, startSocketGateway } from '../../fakes/socket-gateway.ts';
import { createCommand } from './run-command.ts';

const command = createCommand();
let gateway: SocketGateway;
let folder = '';

beforeAll(async () => {
  gateway = await startSocketGateway();
  folder = await mkdtemp(join(tmpdir(), 'gh-fn-'));
});
afterEach(command.endAll);
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

async function run(args: readonly string[], input?: string | Buffer) {
  const one = command.run(['--data', gateway.dataDir, ...args], input === undefined ? {} : { input });
  const code = await one.code;
  return { code, out: one.out(), err: one.err(), json: (): unknown => JSON.parse(one.out()) };
}
const asked = (method: string): unknown[] => gateway.fake.asked.filter((one) => one.method === method).map((one) => one.input);

// A process for each command: slow where the machine is busy.
describe('gatehouse', { timeout: 60_000 }, () => {
  it('invokes a function: the result on the standard output, log and publishes beside it', async () => {
    const text = await run(['invoke', 'pump-vibration', '{"value":1}']);
    expect([text.code, text.out]).toEqual([0, '{"ok":true,"function":"pump-vibration","level":"normal"}\n']);
    expect(text.err).toContain('warn  no limit is set');
    expect(text.err).toContain('-> alarms/cold-store {"level":"clear"}');
    expect(text.err).toMatch(/done in 4\.3 ms; request 7c1f6a2e/);
    const json = (await run(['invoke', 'pump-vibration', '--json'])).json() as { text: string };
    expect(InvocationView.parse(json).functionError).toBe('');
    expect(json.text).toContain('"ok":true');
    expect(asked('function.invoke')).toEqual([
      { name: 'pump-vibration', payload: Buffer.from('{"value":1}').toString('base64'), topic: 'gatehouse/invoke' },
      { name: 'pump-vibration', payload: '', topic: 'gatehouse/invoke' },
    ]);
    const many = await run(['invoke', 'pump-vibration', '{"publish": 1300}']);
    expect(many.err).toContain('-> ... and 300 more messages');
  });

  it('invokes with a file, the standard input, a saved event, and a context', async () => {
    await writeFile(join(folder, 'event.json'), '"from a file"');
    await writeFile(join(folder, 'context.json'), '{"custom":{"a":1}}');
    const before = asked('function.invoke').length;
    await run(['invoke', 'pump-vibration', '--event', join(folder, 'event.json'), '--context', join(folder, 'context.json')]);
    await run(['invoke', 'pump-vibration', '-e', '-', '--topic', 'a/b'], '"piped"');
    await run(['invoke', 'pump-vibration', '--saved', 'full speed']);
    const text = (value: string) => Buffer.from(value).toString('base64');
    expect(asked('function.invoke').slice(before)).toEqual([
      expect.objectContaining({ payload: text('"from a file"'), clientContext: { custom: { a: 1 } } }),
      expect.objectContaining({ payload: text('"piped"'), topic: 'a/b' }),
      expect.objectContaining({ payload: text('{"value":2900,"unit":"rpm"}'), topic: 'devices/pump/speed' }),
    ]);
  });

  it('takes a client context as JSON or as Lambda’s base64, and "-" as the standard input', async () => {
    const before = asked('function.invoke').length;
    const context = Buffer.from('{"custom":{"a":2}}').toString('base64');
    await run(['invoke', 'pump-vibration', '-', '--client-context', '{"custom":{"a":1}}'], '"piped"');
    await run(['invoke', 'pump-vibration', '""', '--client-context', context]);
    const wrong = await run(['invoke', 'pump-vibration', '--client-context', '{"custom"']);
    expect([wrong.code, wrong.err.includes('--client-context is not JSON')]).toEqual([2, true]);
    const text = (value: string) => Buffer.from(value).toString('base64');
    expect(asked('function.invoke').slice(before)).toEqual([
      expect.objectContaining({ payload: text('"piped"'), clientContext: { custom: { a: 1 } } }),
      expect.objectContaining({ payload: text('""'), clientContext: context }),
    ]);
  });

  it('publishes what is piped in where the payload is "-", and an empty message where it is empty', async () => {
    const before = asked('message.publish').length;
    await run(['publish', 'a/b', '-'], 'piped');
    await run(['publish', 'a/b'], 'piped too');
    await run(['publish', 'a/b', ''], 'not looked at');
    const sent = asked('message.publish').slice(before) as { payload: string }[];
    expect(sent.map(({ payload }) => Buffer.from(payload, 'base64').toString())).toEqual(['piped', 'piped too', '']);
  });

  it('runs a function on the demo site, which is gone afterwards', async () => {
    const path = join(folder, 'watch.mjs');
    await writeFile(path, "export const handler = (event) => ({ topic: 'watched', payload: event });\n");
    const one = command.run(['function', 'dev', path, '--demo', '--filter', 'devices/+/#']);
    await expect.poll(one.out, { timeout: 40_000 }).toMatch(/<- devices\/\S+ [^\n]*\n(.*\n)*?-> watched /);
    one.child.kill('SIGINT');
    expect(await one.code).toBe(0);
  });

  it('runs the package of a function', async () => {
    const home = join(folder, 'packed');
    await mkdir(home);
    await writeFile(join(home, 'function.yaml'), 'name: packed\nhandler: main.handler\n');
    await writeFile(
      join(home, 'main.mjs'),
      "import { twice } from './twice.mjs';\nexport const handler = ({ n }, context) => [context.functionName, twice(n)];\n",
    );
    await writeFile(join(home, 'twice.mjs'), 'export const twice = (n) => n * 2;\n');
    expect((await run(['function', 'package', home, '--out', folder])).code).toBe(0);
    const zip = (await readdir(folder)).find((name) => name.endsWith('.zip')) ?? '';
    const ran = await run(['function', 'run', join(folder, zip), '--handler', 'main.handler', '-e', '-'], '{"n":21}');
    expect([ran.code, ran.out]).toEqual([0, '["packed",42]\n']);
    await writeFile(join(folder, 'bad.zip'), 'no zip');
    const bad = await run(['function', 'run', join(folder, 'bad.zip')]);
    expect([bad.code, bad.err.includes('bad.zip')]).toEqual([1, true]);
    expect((await run(['function', 'run', '/nowhere.zip'])).err).toContain('there is no /nowhere.zip');
  });

  it('says that an invocation failed: exit code 1', async () => {
    const failed = await run(['invoke', 'pump-vibration', 'bad']);
    expect([failed.code, JSON.parse(failed.out).errorType]).toEqual([1, 'RangeError']);
    expect(failed.err).toContain('failed (Handled)');
    const unknown = await run(['invoke', 'nobody']);
    expect([unknown.code, unknown.err.includes('There is no function "nobody"')]).toEqual([1, true]);
  });

  it.each([
    [['invoke', 'f', 'x', '--event', 'y'], 'give either a payload or an --event file'],
    [['invoke', 'f', 'x', '--saved', 'y'], 'give either an event or --saved'],
    [['invoke', 'f', '--event', '/nowhere/x'], 'the file /nowhere/x cannot be read'],
    [
      ['invoke', 'pump-vibration', '--saved', 'y'],
      'no saved event "y" of "pump-vibration"; there are: standing still, full speed',
    ],
    [['failed', 'retry', 'pump-vibration'], 'name the numbers of the messages, or give --all'],
    [['failed', 'retry', 'pump-vibration', 'x'], 'is not the number'],
    [['secret', 'set'], 'Not enough non-option arguments'],
    [['function', 'new', 'Not A Name'], 'the name "Not A Name"'],
    [['function', 'dev', '--once'], '--once needs a --recording'],
    [['function', 'run', '/nowhere'], 'there is no /nowhere'],
  ])('%j is refused as wrong use', async (args, message) => {
    const { code, err } = await run(args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it('lists, shows, retries and discards failed events', async () => {
    const list = await run(['failed', 'list', 'label-lookup', '-n', '3']);
    expect(list.out.trimEnd().split('\n')).toHaveLength(4);
    expect(list.out).toMatch(/^37 +\S+Z +label-lookup +1 +devices\/scanner\/code +label-lookup is parked\.$/m);
    const all = (await run(['failed', 'list', '--json'])).json() as unknown[];
    expect(all.map((row) => FailedEventView.parse(row))).toHaveLength(50);
    const one = await run(['failed', 'show', '90']);
    expect(one.out).toMatch(/failed +\S+, 4 attempts: TypeError/);
    expect(one.out).toContain('{"value":1460,"n":90}');
    expect((await run(['failed', 'retry', 'pump-vibration', '90', '89'])).out).toBe(
      '2 events of "pump-vibration" will be tried again.\n',
    );
    expect((await run(['failed', 'discard', 'pump-vibration', '--all', '--json'])).json()).toEqual({ discarded: 19 });
    expect(asked('function.failed.retry')).toEqual([{ name: 'pump-vibration', ids: [90, 89] }]);
    expect(asked('function.failed.discard')).toEqual([{ name: 'pump-vibration', ids: null }]);
    expect((await run(['failed', 'list', 'pump-vibration'])).err).toBe('No event has failed.\n');
  });

  it('sets, lists and removes secrets; a value comes from the standard input or a file, and never out', async () => {
    expect((await run(['secret', 'list'])).err).toBe('There is no secret.\n');
    expect((await run(['secret', 'set', 'db'], 'pass word\n')).out).toBe('The secret "db" is set.\n');
    await writeFile(join(folder, 'key.bin'), Buffer.from([0xff, 0x00]));
    await run(['secret', 'set', 'key', '--binary', '--file', join(folder, 'key.bin')]);
    expect(asked('secret.set')).toEqual([
      { name: 'db', text: 'pass word' },
      { name: 'key', bytes: '/wA=' },
    ]);
    const listed = (await run(['secret', 'list', '--json'])).json() as unknown[];
    expect(listed.map((row) => SecretView.parse(row).name)).toEqual(['db', 'key']);
    expect((await run(['secret', 'list'])).out).not.toContain('pass word');
    expect((await run(['secret', 'remove', 'db'])).code).toBe(0);
    expect((await run(['secret', 'remove', 'db'])).err).toContain('There is no secret "db"');
  });

  it('shows the log of one function', async () => {
    gateway.fake.tick();
    const all = (await run(['logs', '--json'])).out
      .trimEnd()
      .split('\n')
      .map((line) => LogView.parse(JSON.parse(line)));
    const source = all.find((row) => row.source.startsWith('function:'))?.source ?? '';
    expect(source).not.toBe('');
    const mine = await run(['logs', '--function', source.slice('function:'.length), '--json']);
    const rows = mine.out
      .trimEnd()
      .split('\n')
      .map((line) => LogView.parse(JSON.parse(line)));
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map((row) => row.source))).toEqual(new Set([source]));
    expect((await run(['logs', '--function', 'nobody'])).out).toBe('');
  });

  it('runs a function on what flows in the gateway, and publishes only what would not come back', async () => {
    const path = join(folder, 'mirror.mjs');
    await writeFile(
      path,
      "import { publish } from 'gatehouse';\nexport const handler = async (event) => { await publish('cli/again', event); await publish('mirror', event); };\n",
    );
    const before = asked('message.publish').length;
    const one = command.run(['--data', gateway.dataDir, 'function', 'dev', path, '--filter', 'cli/#', '--publish']);
    await expect.poll(one.err, { timeout: 30_000 }).toContain('Takes what comes on cli/#');
    expect((await run(['publish', 'cli/dev', '{"n":1}'])).code).toBe(0);
    await expect.poll(() => asked('message.publish').length - before, { timeout: 30_000 }).toBe(2);
    expect(asked('message.publish')[before + 1]).toMatchObject({
      topic: 'mirror',
      payload: Buffer.from('{"n":1}').toString('base64'),
    });
    expect(one.out()).toContain('<- cli/dev {"n":1}\n-> cli/again {"n":1}\n-> mirror {"n":1}');
    expect(one.err()).toContain('it would come back');
    one.child.kill('SIGINT');
    expect(await one.code).toBe(0);
  });
});
