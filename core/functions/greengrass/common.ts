import type { Clock } from '../../base/clock.ts';
import type { LogLine } from '../protocol.ts';
import { buildFunctionArn, FunctionArnFields } from './arn.ts';
import { backoffRetry } from './backoff-retry.ts';
import { watchLogger } from './watch-logger.ts';

export interface CommonDeps {
  /** The instance's environment; read once. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: () => number;
  log(line: LogLine): void;
}

const VARIABLES = [
  'AUTH_TOKEN',
  'MY_FUNCTION_ARN',
  'SHADOW_FUNCTION_ARN',
  'ROUTER_FUNCTION_ARN',
  'SECRETS_MANAGER_FUNCTION_ARN',
  'ENCODING_TYPE',
  'GGC_MAX_INTERFACE_VERSION',
] as const;

/** `1.5` to its numbers, for the check that an SDK fits its runtime. Throws for what is no version. */
function parseVersion(text: unknown): { readonly major: number; readonly minor: number } {
  const found = typeof text === 'string' ? /^(\d{1,6})\.(\d{1,6})/.exec(text) : null;
  if (!found) throw new Error(`"${String(text).slice(0, 60)}" is not a version: <major>.<minor>`);
  return { major: Number(found[1]), minor: Number(found[2]) };
}

/** What `aws-greengrass-common-js` exports (contract 1.1). */
export function createCommon(deps: CommonDeps) {
  return {
    envVars: Object.fromEntries(VARIABLES.map((name) => [name, deps.env[name]])),
    logging: { LocalWatchLogger: watchLogger({ level: deps.env['LOG_LEVEL'], log: deps.log }) },
    FunctionArnFields,
    buildFunctionArn,
    BackoffRetry: backoffRetry(deps.clock, deps.random),
    encodingType: { encodingTypeJSON: 'json', encodingTypeBinary: 'binary' },
    versionParser: { parseVersion },
  };
}
