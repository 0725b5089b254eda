import { dirname } from 'node:path';
import { carriedFolder, carriers } from './carried.ts';

/** Stands in for a gateway: starts one function in a process, tells its id and the folder to remove, and lives on until it is killed. */
const home = await carriedFolder(carriers.process);
const one = await home.start({ source: 'export const handler = () => {};' });
await one.ready();
console.log(`${one.carrier.pid} ${dirname(home.folder)}`);
setInterval(() => {}, 1000);
