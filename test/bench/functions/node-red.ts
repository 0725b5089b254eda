import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Machine, Running } from '../machine.ts';
import { NODE_RED_SETTINGS, nodeRed } from '../peers.ts';

/** The same work as a function of ours does, with the same JSON read and written. */
const WORK = `const event = JSON.parse(msg.payload);
event.checked = true;
msg.topic = 'bench/out';
msg.payload = JSON.stringify(event);
return msg;`;

/** For each number of functions a source, so many function nodes, and one sink. */
function flows(counts: readonly number[]): readonly object[] {
  const place = { z: 'tab', x: 100, y: 100 };
  return [
    { id: 'tab', type: 'tab', label: 'bench' },
    { ...place, id: 'sink', type: 'bench-sink', wires: [] },
    ...counts.flatMap((count) => {
      const names = Array.from({ length: count }, (_, index) => `work-${count}-${index}`);
      return [
        { ...place, id: `source-${count}`, type: 'bench-source', functions: count, wires: names.map((name) => [name]) },
        ...names.map((id) => ({ ...place, id, type: 'function', func: WORK, outputs: 1, wires: [['sink']], libs: [] })),
      ];
    }),
  ];
}

/** Starts Node-RED with function nodes between nodes of the bench: no broker and no network on the way. */
export function startNodeRedFunctions(machine: Machine, counts: readonly number[]): Running {
  const entry = nodeRed();
  const home = machine.folder();
  const nodes = join(home, 'bench-nodes');
  mkdirSync(nodes);
  copyFileSync(fileURLToPath(new URL('./node-red-bench.cjs', import.meta.url)), join(nodes, 'bench.js'));
  // It takes a node only with its editor's part.
  writeFileSync(join(nodes, 'bench.html'), '<script type="text/javascript"></script>\n');
  const settings = {
    ...NODE_RED_SETTINGS,
    uiPort: 0,
    userDir: home,
    nodesDir: [nodes],
    benchJobs: fileURLToPath(new URL('./jobs.ts', import.meta.url)),
  };
  writeFileSync(join(home, 'settings.js'), `module.exports = ${JSON.stringify(settings)};\n`);
  writeFileSync(join(home, 'flows.json'), JSON.stringify(flows(counts)));
  const args = [entry, '--userDir', home, '--settings', join(home, 'settings.js'), join(home, 'flows.json')];
  return machine.start(process.execPath, args, home);
}
