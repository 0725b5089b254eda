import { parentPort } from 'node:worker_threads';
import { checkDocument } from './check.ts';

parentPort?.once('message', (text: string) => {
  parentPort?.postMessage(checkDocument(text));
});
