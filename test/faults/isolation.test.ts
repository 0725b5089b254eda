import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Isolation, Sandbox } from '../../core/functions/carrier/carrier.ts';
import { type Carried, type CarriedFolder, carriedFolder, carriers } from '../fakes/functions/carried.ts';

/** What came of an attempt: done; refused; or what it needs is not there at all. */
type Outcome = 'allowed' | 'denied' | 'missing';
type Row = readonly [attempt: string, code: string, thread: Outcome, process: Outcome];

/**
 * What a function may try. The code is the body of an async function; `fs`, `need` (require) and the places of `Places` are there.
 * It throws when it is refused. README shows the same table.
 */
const FILES: readonly Row[] = [
  ['read a file outside', 'fs.readFileSync(outside)', 'allowed', 'denied'],
  [
    'read it by ".." from its own folder',
    'fs.readFileSync(own + "/" + need("path").relative(own, outside))',
    'allowed',
    'denied',
  ],
  ['read it by fs/promises', 'await need("fs/promises").readFile(outside)', 'allowed', 'denied'],
  ['read it as a stream', 'for await (const _ of fs.createReadStream(outside));', 'allowed', 'denied'],
  ['read it as a Blob', '(await fs.openAsBlob(outside)).size', 'allowed', 'denied'],
  ['read it as an environment file', 'process.loadEnvFile(outside)', 'allowed', 'denied'],
  ['import it', 'await import(outside)', 'allowed', 'denied'],
  [
    'see whether it exists',
    'if (!fs.existsSync(outside)) throw Object.assign(new Error(), { code: "ERR_ACCESS_DENIED" })',
    'allowed',
    'denied',
  ],
  ['see its size', 'fs.statSync(outside).size', 'allowed', 'denied'],
  ['watch it', 'fs.watch(outside).close()', 'allowed', 'denied'],
  ['list a folder outside', 'fs.readdirSync(folder)', 'allowed', 'denied'],
  ['write a file outside', 'fs.writeFileSync(folder + "/new.txt", "x")', 'allowed', 'denied'],
  ['change one', 'fs.appendFileSync(outside, " ")', 'allowed', 'denied'],
  ['remove one', 'fs.rmSync(folder + "/spare.mjs")', 'allowed', 'denied'],
  ['copy one into its scratch space', 'fs.cpSync(outside, scratch + "/copy")', 'allowed', 'denied'],
  ['read the gateway’s environment', 'fs.readFileSync("/proc/self/environ").length', 'allowed', 'denied'],
  ['read its own code', 'fs.readFileSync(own + "/data.json")', 'allowed', 'allowed'],
  ['write into its own code', 'fs.writeFileSync(own + "/new.mjs", "x")', 'allowed', 'denied'],
  [
    'write and read its scratch space',
    'fs.writeFileSync(scratch + "/a", "x"); fs.readFileSync(scratch + "/a")',
    'allowed',
    'allowed',
  ],
  ['make a symbolic link to the outside', 'fs.symlinkSync(outside, scratch + "/soft")', 'allowed', 'denied'],
  ['make a hard link to the outside', 'fs.linkSync(outside, scratch + "/hard")', 'allowed', 'denied'],
  ['change the mode of its own code', 'fs.chmodSync(own + "/data.json", 0o600)', 'allowed', 'denied'],
  [
    'change it through a file that is open for reading',
    'const d = fs.openSync(own + "/data.json", "r"); try { fs.fchmodSync(d, 0o600); } finally { fs.closeSync(d); }',
    'allowed',
    'denied',
  ],
  ['follow a symbolic link that lies in its folder already', 'fs.readFileSync(own + "/link").length', 'allowed', 'allowed'],
  ['read a descriptor that the gateway has open', 'fs.readSync(descriptor, Buffer.alloc(4), 0, 4, 0)', 'allowed', 'denied'],
  [
    'open any file as a SQLite database',
    'new (need("node:sqlite").DatabaseSync)(folder + "/any.db").exec("create table a (b)")',
    'allowed',
    'missing',
  ],
];
const PROGRAMS: readonly Row[] = [
  ['start a program', 'const { error } = need("child_process").spawnSync("true"); if (error) throw error', 'allowed', 'denied'],
  ['fork Node', 'need("child_process").fork(own + "/data.json").kill()', 'allowed', 'denied'],
  ['replace the process (execve)', 'process.execve("/bin/true", [], {})', 'denied', 'denied'],
  [
    'start a worker thread',
    'await new Promise((done, fail) => new (need("worker_threads").Worker)("0", { eval: true }).on("exit", done).on("error", fail))',
    'allowed',
    'denied',
  ],
  ['load a native add-on', 'process.dlopen({ exports: {} }, addon)', 'allowed', 'denied'],
  ['use WASI', 'new (need("wasi").WASI)({ version: "preview1", preopens: { "/": "/" } })', 'allowed', 'denied'],
  ['reach inside Node (process.binding)', 'process.binding("fs")', 'allowed', 'denied'],
  ['write a diagnostic report', 'process.report.writeReport(folder + "/report.json")', 'allowed', 'denied'],
];
const GATEWAY: readonly Row[] = [
  ['end the gateway with a signal', 'process.kill(gateway, "SIGTERM")', 'denied', 'denied'],
  ['abort', 'process.abort()', 'denied', 'denied'],
  ['change the working directory', 'process.chdir("/")', 'denied', 'denied'],
  ['open a debugger on the gateway by its process id', 'process._debugProcess(gateway)', 'denied', 'denied'],
  ['open a debugger in its own process', 'const i = need("inspector"); i.open(0); i.close()', 'allowed', 'denied'],
  [
    'listen to its own process as a debugger',
    'const s = new (need("inspector").Session)(); s.connect(); s.disconnect()',
    'allowed',
    'denied',
  ],
  ['lower the gateway’s priority', 'need("os").setPriority(gateway, 19)', 'denied', 'denied'],
  ['lower it by an imported name', '(await import("node:os")).setPriority(gateway, 19)', 'denied', 'denied'],
  ['lower its own priority', 'need("os").setPriority(19)', 'denied', 'allowed'],
  [
    'see the gateway’s variables in process.env',
    'if (!("GATEWAY_SECRET" in process.env)) throw Object.assign(new Error(), { code: "ERR_ACCESS_DENIED" })',
    'denied',
    'denied',
  ],
];
const NETWORK: readonly Row[] = [
  [
    'connect by TCP',
    'await new Promise((done, fail) => need("net").connect(port, "127.0.0.1", done).on("error", fail).unref())',
    'allowed',
    'allowed',
  ],
  [
    'connect to a Unix socket',
    'await new Promise((done, fail) => need("net").connect(socket, done).on("error", fail).unref())',
    'allowed',
    'allowed',
  ],
  [
    'listen on a port',
    'await new Promise((done, fail) => { const s = need("net").createServer(); s.on("error", fail).listen(0, "127.0.0.1", () => s.close(done)); })',
    'allowed',
    'allowed',
  ],
  [
    'send by UDP',
    'const s = need("dgram").createSocket("udp4"); await new Promise((done, fail) => s.send("x", 9, "127.0.0.1", (e) => (e ? fail(e) : done()))); s.close()',
    'allowed',
    'allowed',
  ],
  ['look up a name', 'await need("dns/promises").lookup("localhost")', 'allowed', 'allowed'],
];

/** Gives `{}`, or why it was refused. */
const TRIER = `
import fs from 'node:fs';
import { createRequire } from 'node:module';
const need = createRequire(import.meta.url);
const Body = Object.getPrototypeOf(async () => {}).constructor;
export const handler = async ({ code, places }) => {
  try {
    await new Body('fs', 'need', ...Object.keys(places), code)(fs, need, ...Object.values(places));
    return {};
  } catch (error) {
    return { code: error.code ?? '', message: String(error.message) };
  }
};
`;

const DENIED = new Set(['ERR_ACCESS_DENIED', 'ERR_DLOPEN_DISABLED', 'EBADF']);
async function outcomeOf(one: Carried, code: string, places: Places): Promise<Outcome> {
  const answer = (await one.ask({ code, places })) as { code?: string; message?: string };
  if (answer.message === undefined) return 'allowed';
  if (DENIED.has(answer.code ?? '') || answer.message.endsWith('is not available in a function')) return 'denied';
  if (answer.code === 'ERR_UNKNOWN_BUILTIN_MODULE' || answer.code === 'MODULE_NOT_FOUND') return 'missing';
  throw new Error(`it failed otherwise: ${answer.code} ${answer.message}`);
}

interface Places {
  readonly own: string;
  readonly scratch: string;
  readonly folder: string;
  readonly outside: string;
  readonly addon: string;
  readonly socket: string;
  readonly port: number;
  readonly gateway: number;
  readonly descriptor: number;
}

/** Of a package that is here anyway. */
async function addonPath(): Promise<string> {
  const home = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
  const endings = [`${process.platform}-${process.arch}.node`, 'better_sqlite3.node'];
  const files = (await readdir(home, { recursive: true })).filter((name) => endings.some((ending) => basename(name) === ending));
  return join(home, files[0] ?? 'none.node');
}

describe.each<[Isolation]>([['thread'], ['process']])('in a %s a function', (isolation) => {
  const servers: Server[] = [];
  let home: CarriedFolder;
  let places: Places;
  let one: Carried;

  beforeAll(async () => {
    home = await carriedFolder(carriers[isolation]);
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-outside-'));
    const outside = join(folder, 'secret.mjs');
    for (const name of ['secret.mjs', 'spare.mjs']) await writeFile(join(folder, name), '//=secret\n');
    await writeFile(join(home.folder, 'data.json'), '{}');
    await symlink(outside, join(home.folder, 'link'));
    const socket = join(folder, 's.sock');
    for (const where of [0, socket]) {
      const server = createServer((end) => end.destroy());
      await new Promise<void>((done) => server.listen(where, done));
      servers.push(server);
    }
    const address = servers[0]?.address();
    places = {
      own: home.folder,
      scratch: home.scratch,
      folder,
      outside,
      addon: await addonPath(),
      socket,
      port: typeof address === 'object' && address ? address.port : 0,
      gateway: process.pid,
      descriptor: openSync(outside, 'r'),
    };
    process.env['GATEWAY_SECRET'] = 'x';
    one = await home.start({ source: TRIER });
    await one.ready();
  });
  afterAll(async () => {
    delete process.env['GATEWAY_SECRET'];
    closeSync(places.descriptor);
    for (const server of servers) server.close();
    await home.cleanUp();
    await rm(places.folder, { recursive: true, force: true });
  });
  const outcomes = async (rows: readonly Row[]): Promise<unknown> => {
    const found: [string, Outcome | string][] = [];
    for (const [attempt, code] of rows) {
      found.push([attempt, await outcomeOf(one, code, places).catch((cause: unknown) => String(cause))]);
    }
    return found;
  };
  const expected = (rows: readonly Row[]): unknown =>
    rows.map(([attempt, , thread, process]) => [attempt, isolation === 'thread' ? thread : process]);

  it.each([
    ['files', FILES],
    ['programs and native code', PROGRAMS],
    ['the gateway itself', GATEWAY],
    ['the network', NETWORK],
  ])('reaches of %s what the table says', async (_what, rows) => {
    expect(await outcomes(rows)).toEqual(expected(rows));
  });

  it('does what it declares', async () => {
    const tries: [string, Partial<Sandbox>][] = [
      ['fs.readFileSync(outside)', { readable: [places.outside] }],
      ['fs.writeFileSync(folder + "/new.txt", "x")', { writable: [places.folder] }],
      ['const { error } = need("child_process").spawnSync("true"); if (error) throw error', { childProcesses: true }],
      [
        'await new Promise((done, fail) => new (need("worker_threads").Worker)("0", { eval: true }).on("exit", done).on("error", fail))',
        { workers: true },
      ],
      ['process.dlopen({ exports: {} }, addon)', { addons: true, readable: [dirname(places.addon)] }],
    ];
    for (const [code, sandbox] of tries) {
      const declared = await home.start({ source: TRIER, sandbox });
      await declared.ready();
      expect([code, await outcomeOf(declared, code, places)]).toEqual([code, 'allowed']);
    }
  });

  it('leaves nothing of the gateway changed by what was refused', async () => {
    if (isolation === 'thread') return;
    expect((await readdir(places.folder)).sort()).toEqual(['new.txt', 's.sock', 'secret.mjs', 'spare.mjs']);
    expect(await readFile(places.outside, 'utf8')).toBe('//=secret\n');
    expect(await readdir(home.scratch)).toEqual(['a']);
  });
});
