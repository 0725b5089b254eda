import { parentPort, workerData } from 'node:worker_threads';
import { checkDatabase } from './quick-check-database.ts';

const file: unknown = workerData;
if (typeof file === 'string') parentPort?.postMessage(checkDatabase(file));
