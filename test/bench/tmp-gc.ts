import { readFileSync, writeFileSync } from 'node:fs';
import { startLoad } from './load.ts';
import { createMachine } from './machine.ts';
const m = createMachine(); const load = startLoad();
try {
  const d = m.folder(); writeFileSync(d + '/d.yaml', readFileSync('/tmp/b/flow.yaml'));
  const r = m.start(process.execPath, ['--trace-gc', '/work/main/.cache/bench/dist/core/cli.js', 'start', '--headless', '--data', d, '--port', '0', '--mqtt-port', '28831', '--no-demo', '--document', d + '/d.yaml']);
  let out = ''; r.child.stdout?.on('data', (c) => { out += c; });
  await new Promise((r) => setTimeout(r, 5000));
  out = '';
  const f = await load.run({ port: 28831, processes: [r] }, { publishTo: 'bench/in', listenOn: 'bench/out', qos: 1, payloadBytes: 200, warmMs: 500, measureMs: 3000, pace: { perS: 1000 } });
  console.log(f); const lines = out.split('\n').filter((l) => l.includes('ms: '));
  console.log(lines.length); console.log(lines.slice(-24).join('\n'));
} finally { load.end(); await m.clear(); }
