import { readFileSync } from 'node:fs';
import { median, startLoad } from './load.ts';
import { createMachine } from './machine.ts';
import { startGateway } from './peers.ts';
const doc = readFileSync('/tmp/b/flow.yaml', 'utf8');
const m = createMachine(); const load = startLoad();
const names = process.argv.slice(2);
const rate = Number(process.env['RATE'] ?? 1000);
try {
  const peers = []; for (const n of names) peers.push(await startGateway(m, { cli: `/work/main/.cache/bench/${n}/core/cli.js`, data: m.folder(), document: doc }));
  await new Promise((r) => setTimeout(r, 3500));
  const out = names.map(() => [] as {p50Ms:number,p99Ms:number}[]);
  for (let i = 0; i < 6; i++) for (const [k, p] of peers.entries()) out[k]?.push(await load.run(p, { publishTo: 'bench/in', listenOn: 'bench/out', qos: 1, payloadBytes: 200, warmMs: 300, measureMs: 1500, pace: { perS: rate } }));
  for (const [k, n] of names.entries()) console.log(n, 'p50', median(out[k]!.map((r) => r.p50Ms)).toFixed(2), 'p99', out[k]!.map((r) => r.p99Ms.toFixed(2)).join(' '));
} finally { load.end(); await m.clear(); }
