import { GatewayError } from '../../base/errors.ts';
import type { SiteDocument } from '../../contract/document/document.ts';
import type { FunctionConfig } from '../../contract/document/functions.ts';
import type { FunctionRulesView } from '../../contract/function-views.ts';
import { derivedFilters } from '../../functions/calls/gatekeeper.ts';

const orderText = (orderBy: FunctionConfig['orderBy']): string | null =>
  orderBy === undefined ? null : typeof orderBy === 'string' ? orderBy : `topic level ${orderBy.level}`;

const codeText = (code: FunctionConfig['code']): string =>
  'inline' in code ? 'inline' : 'file' in code ? code.file : 'zip' in code ? code.zip : `${code.folder}/`;

/** What the document that runs says of a function. Throws `function/unknown`. */
export function functionRules(site: SiteDocument | null, name: string): FunctionRulesView {
  const config = site?.functions.find((one) => one.name === name);
  if (!site || !config) throw new GatewayError('function/unknown', `There is no function "${name}".`);
  const { permissions } = config;
  const { shadows, devices, files, publish, ...rest } = permissions;
  return {
    name,
    code: codeText(config.code),
    handler: config.handler,
    encoding: config.encoding,
    keepWarm: config.keepWarm,
    idleMs: config.idleMs,
    order: orderText(config.orderBy),
    whenFull: config.queue.whenFull,
    retries: config.retries.count,
    deadLetter: config.retries.deadLetter,
    onStart: config.onStart,
    scratchMb: config.scratchMb,
    env: Object.keys(config.env),
    permissions: {
      publish: publish ?? [...new Set(derivedFilters(name, site.subscriptions))],
      publishDeclared: publish !== undefined,
      replies: rest.replies,
      invokedBy: rest.invokedBy,
      invoke: rest.invoke,
      secrets: rest.secrets,
      shadows: shadows.map((one) => ({ thing: one.thing, name: one.name ?? null, access: one.access })),
      readDevices: devices.read,
      commandDevices: devices.command,
      history: rest.history,
      schedule: rest.schedule,
      awsCredentials: rest.awsCredentials,
      readFiles: files.read,
      writeFiles: files.write,
      childProcesses: rest.childProcesses,
      workers: rest.workers,
      addons: rest.addons,
    },
  };
}
