import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTION_CODE } from './payload.ts';

/** What the gateway under test runs: client devices, a simulated device, and a function that publishes for every reading of it. */
function documentText(ledger: string, enabled: boolean, outbox: object): string {
  return JSON.stringify({
    schema: 'gatehouse/1',
    name: 'faults',
    site: 'Fault harness',
    ...outbox,
    devices: [
      {
        id: 'door',
        name: 'Door',
        adapter: 'simulated',
        model: 'door-contact',
        intervalMs: 100,
        enabled,
        points: [{ name: 'open' }],
      },
    ],
    functions: [{ name: 'maker', code: { inline: FUNCTION_CODE }, env: { LEDGER: ledger }, timeoutMs: 60_000 }],
    subscriptions: [
      { id: 'clients-up', source: 'local', subject: 'g/#', target: 'cloud' },
      { id: 'door-up', source: 'device:door', subject: '#', target: 'cloud' },
      { id: 'door-maker', source: 'device:door', subject: '#', target: 'function:maker' },
      { id: 'made-up', source: 'function:maker', subject: 'g/#', target: 'cloud' },
    ],
  });
}

export interface Site {
  readonly data: string;
  readonly document: string;
  /** The same with the device out of use: no message comes that no client sends. */
  readonly silentDocument: string;
  /** Where the function writes down what was kept. */
  readonly ledger: string;
}

/** On a disk that fills up: nothing that was acknowledged may go, so what is new must be refused. */
export const REFUSE_WHEN_FULL = { outbox: { whenFull: 'reject-newest' } };

/** Document and settings below `folder`, with the data directory `data`. The waits are short: a fault must not cost a minute. */
export function prepareSite(folder: string, data: string, cloudPort: number, outbox: object): Site {
  const document = join(folder, 'site.json');
  const silentDocument = join(folder, 'silent.json');
  const ledger = join(folder, 'function-ledger');
  mkdirSync(data, { recursive: true });
  writeFileSync(document, documentText(ledger, true, outbox));
  writeFileSync(silentDocument, documentText(ledger, false, outbox));
  const cloud = {
    url: `mqtt://127.0.0.1:${cloudPort}`,
    clientId: 'gw-faults',
    keepaliveS: 1,
    ackTimeoutMs: 1000,
    connectTimeoutMs: 1000,
    maxBackoffMs: 200,
  };
  writeFileSync(join(data, 'settings.json'), JSON.stringify({ gatewayName: 'gw-faults', cloud }));
  return { data, document, silentDocument, ledger };
}
