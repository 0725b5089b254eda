import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BusUnitView } from '../../../core/contract/field-views.ts';
import { AlarmView, FunctionView, GatewayView, LogView } from '../../../core/contract/views.ts';
import { type SocketGateway, startSocketGateway } from '../../fakes/socket-gateway.ts';
import { createCommand } from './run-command.ts';

const { run, endAll } = createCommand();
let gateway: SocketGateway;
let folder = '';

beforeAll(async () => {
  gateway = await startSocketGateway();
  folder = await mkdtemp(join(tmpdir(), 'gh-doc-'));
});
afterEach(endAll);
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

async function finish(
  args: readonly string[],
  input?: string | Buffer,
): Promise<{ code: number | null; out: string; err: string }> {
  const one = run(['--data', gateway.dataDir, ...args], input === undefined ? {} : { input });
  const code = await one.code;
  return { code, out: one.out(), err: one.err() };
}

// A process for each command: slow where the machine is busy.
describe('gatehouse', { timeout: 60_000 }, () => {
  it('shows the gateway, for people and as JSON', async () => {
    const text = await finish(['status']);
    expect(text.code).toBe(0);
    expect(text.out).toContain('devices     8: 6 ok, 1 degraded, 1 offline');
    const json = await finish(['status', '--json']);
    expect(GatewayView.parse(JSON.parse(json.out)).site).toBe('Northern warehouse');
    expect(json.err).toBe('');
  });

  it('lists devices and functions', async () => {
    const text = await finish(['devices']);
    const lines = text.out.trimEnd().split('\n');
    expect(lines).toHaveLength(9);
    expect(lines[7]).toMatch(/^chiller +failure +14 min .* 192\.168\.20\.14:502, unit 1 +It does not answer\.$/);
    expect(lines[0]).toMatch(/^DEVICE +STATE +LAST SEEN +ADAPTER +CONNECTION +WHY$/);
    const json = await finish(['functions', '--json']);
    expect((JSON.parse(json.out) as unknown[]).map((row) => FunctionView.parse(row).state)).toEqual([
      'running',
      'running',
      'parked',
      'running',
    ]);
  });

  it('tells alarms and what is wrong with a bus, each with its remedy', async () => {
    const alarms = await finish(['alarms']);
    expect(alarms.code).toBe(0);
    expect(alarms.out).toMatch(/^(critical|high|low) {2}\S+ {2}since /);
    const rows = AlarmView.array().parse(JSON.parse((await finish(['alarms', '--json'])).out));
    for (const { message, remedy } of rows) {
      expect(alarms.out).toContain(message);
      expect(alarms.out).toContain(remedy);
    }
    const buses = await finish(['buses']);
    const json = JSON.parse((await finish(['buses', '--json'])).out);
    const units = BusUnitView.array().parse(json.units);
    const [bad] = units.filter(({ verdict }) => verdict.state !== 'ok');
    expect(bad).toBeDefined();
    for (const words of [bad?.verdict.finding, bad?.verdict.cause, bad?.verdict.remedy]) expect(buses.out).toContain(words);
  });

  it('shows the log, and follows it until Ctrl-C', async () => {
    gateway.fake.tick();
    const old = await finish(['logs', '--lines', '1', '--json']);
    const last = LogView.parse(JSON.parse(old.out));
    const following = run(['logs', '--follow', '-n', '0', '--json', '--data', gateway.dataDir]);
    await expect
      .poll(
        () => {
          gateway.fake.tick();
          return following.out();
        },
        { timeout: 30_000 },
      )
      .not.toBe('');
    following.child.kill('SIGINT');
    expect(await following.code).toBe(0);
    const ids = following
      .out()
      .trimEnd()
      .split('\n')
      .map((line) => LogView.parse(JSON.parse(line)).id);
    expect(Math.min(...ids)).toBeGreaterThan(last.id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it('publishes from the argument, a file and the standard input, and shows what is subscribed', async () => {
    await writeFile(join(folder, 'payload.bin'), Buffer.from([0xff, 0x00, 0x1b]));
    const subscriber = run(['subscribe', 'cli/#', '--count', '4', '--data', gateway.dataDir]);
    await expect.poll(subscriber.err, { timeout: 30_000 }).toContain('Subscribed to cli/#');
    expect((await finish(['publish', 'cli/argument', '-5'])).code).toBe(0);
    expect(await finish(['publish', 'cli/input', '--retain', '--qos', '0'], 'from a pipe é')).toEqual({
      code: 0,
      out: '',
      err: '',
    });
    expect((await finish(['publish', 'cli/file', '--file', join(folder, 'payload.bin')])).code).toBe(0);
    const json = await finish(['publish', 'cli/empty', '', '--json']);
    expect(JSON.parse(json.out)).toEqual({ published: { topic: 'cli/empty', bytes: 0, qos: 1, retain: false } });
    expect(await subscriber.code).toBe(0);
    const lines = subscriber.out().trimEnd().split('\n');
    expect(lines[0]).toMatch(/^\d{4}-\S+Z cli\/argument client:api -5$/);
    expect(lines[1]).toMatch(/cli\/input client:api from a pipe é$/);
    expect(lines[2]).toMatch(/cli\/file client:api 0x/);
    const asked = gateway.fake.asked.filter(({ method }) => method === 'message.publish').map(({ input }) => input);
    expect(asked[1]).toMatchObject({ qos: 0, retain: true });
    expect(asked[2]).toMatchObject({ payload: '/wAb' });
  });

  it('goes quietly when its reader has seen enough', async () => {
    const following = run(['logs', '--follow', '--data', gateway.dataDir]);
    await expect.poll(following.out, { timeout: 30_000 }).not.toBe('');
    following.child.stdout?.destroy();
    await expect
      .poll(
        () => {
          gateway.fake.tick();
          return following.child.exitCode;
        },
        { timeout: 30_000 },
      )
      .toBe(0);
    expect(following.err()).toBe('');
  });

  it('goes on following when the gateway comes back', async () => {
    const first = await startSocketGateway();
    const following = run(['subscribe', '#', '--data', first.dataDir]);
    try {
      await expect.poll(following.err, { timeout: 30_000 }).toContain('Subscribed');
    } finally {
      await first.stop();
    }
    await expect.poll(following.err, { timeout: 30_000 }).toContain('The connection to the gateway was lost');
    following.child.kill('SIGTERM');
    expect(await following.code).toBe(0);
  });

  it('says what is wrong with a document, with its place, and needs no gateway', async () => {
    const good = join(folder, 'good.yaml');
    const bad = join(folder, 'bad.yaml');
    await writeFile(good, 'schema: gatehouse/1\nname: demo\n');
    await writeFile(bad, 'schema: gatehouse/1\nname: demo\ndevices: 5\n');
    expect(await finish(['validate', good])).toEqual({ code: 0, out: `${good} is valid.\n`, err: '' });
    const text = await finish(['validate', bad]);
    expect(text.code).toBe(4);
    expect(text.out).toMatch(/bad\.yaml:3:\d+: devices: /);
    const json = await finish(['validate', bad, '--json']);
    expect([json.code, JSON.parse(json.out).faults[0].path]).toEqual([4, 'devices']);
    const missing = await finish(['validate', join(folder, 'none.yaml')]);
    expect([missing.code, missing.err.includes('none.yaml cannot be read')]).toEqual([1, true]);
  });

  it('says that no gateway runs and how to start one: exit code 3', async () => {
    const one = run(['status', '--data', folder]);
    expect(await one.code).toBe(3);
    expect(one.err()).toBe(
      `gatehouse: no gateway runs on ${folder}\nStart it with "gatehouse start --data ${folder}", or name another folder with --data.\n`,
    );
    const json = run(['status', '--json'], { env: { GATEHOUSE_DATA: folder } });
    expect(await json.code).toBe(3);
    expect(JSON.parse(json.err()).error.code).toBe('cli/not-running');
  });

  it('passes on what the gateway refuses: exit code 1', async () => {
    const answer = await finish(['publish', 'x'.repeat(300), 'hello']);
    expect(answer.code).toBe(1);
    expect(answer.err).toContain('message.publish: "topic"');
    const refused = await finish(['subscribe', 'x'.repeat(300)]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('messages: "filter"');
  });

  it.each([
    [[], 'Name a command.'],
    [['bogus'], 'bogus'],
    [['status', '--bogus'], 'bogus'],
    [['logs', '-n', 'many'], '--lines must be a whole number from 0 to 2000'],
    [['subscribe'], 'Not enough'],
    [['publish', 't', 'x', '--qos', '2'], 'qos'],
    [['publish', 't', 'x', '--file', 'y'], 'either a payload or a --file'],
    [['publish', 't', '--file', '/nonexistent/file'], 'cannot be read'],
    [['start', '--port', '70000'], '--port must be a whole number from 0 to 65535'],
    [['start', '--headless', '--kiosk'], 'exclude each other'],
  ])('explains wrong use: %j', async (args, words) => {
    const answer = await finish(args);
    expect([answer.code, answer.out]).toEqual([2, '']);
    expect(answer.err).toContain(words);
  });

  it('helps, tells its version, and prints a completion script that completes', async () => {
    const help = await finish(['--help']);
    expect([help.code, help.out.includes('gatehouse subscribe <filter>'), help.out.includes('Exit codes: 0 done')]).toEqual([
      0,
      true,
      true,
    ]);
    expect((await finish(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\s*$/);
    const script = await finish(['completion']);
    expect([script.code, script.out.includes('###-begin-gatehouse-completions-###')]).toEqual([0, true]);
    const completed = run(['--get-yargs-completions', 'gatehouse', 'sub']);
    expect(await completed.code).toBe(0);
    expect(completed.out()).toContain('subscribe');
  });
});
