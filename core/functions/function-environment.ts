import { delimiter, dirname, join } from 'node:path';

/** What the environment of an instance is made of. */
export interface EnvironmentFacts {
  readonly name: string;
  readonly version: number;
  readonly arn: string;
  readonly memoryMb: number;
  readonly handler: string;
  readonly encoding: 'json' | 'binary';
  readonly directory: string;
  readonly scratch: string;
  readonly thingName: string;
  readonly region: string;
  readonly gatewayName: string;
  /** Unguessable, per function and start of the gateway. */
  readonly authToken: string;
  /** From `LocalAws.admit`; empty without `awsCredentials` and `iotDataLocal`. */
  readonly aws: Readonly<Record<string, string>>;
  /** From the document; never overrides the ones set here. */
  readonly declared: Readonly<Record<string, string>>;
}

/**
 * Exactly these variables, nothing of the gateway's own environment (which holds its secrets):
 * Lambda: _HANDLER, AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_VERSION, AWS_LAMBDA_FUNCTION_MEMORY_SIZE, AWS_LAMBDA_LOG_GROUP_NAME,
 * AWS_LAMBDA_LOG_STREAM_NAME, AWS_LAMBDA_INITIALIZATION_TYPE=on-demand, AWS_EXECUTION_ENV=AWS_Lambda_nodejs24.x, AWS_REGION,
 * AWS_DEFAULT_REGION, LAMBDA_TASK_ROOT, LAMBDA_RUNTIME_DIR, TZ=:UTC, LANG=en_US.UTF-8, PATH, NODE_PATH, TMPDIR (= scratch), HOME (= scratch).
 * Greengrass: AWS_GREENGRASS_LAMBDA_ARN, …_FUNCTION_HANDLER, …_ENCODING_TYPE, …_RUNTIME, …_CONTAINER_MODE=NoContainer, MY_FUNCTION_ARN,
 * ENCODING_TYPE, ROUTER_FUNCTION_ARN, SHADOW_FUNCTION_ARN, SECRETS_MANAGER_FUNCTION_ARN, GGC_MAX_INTERFACE_VERSION=1.5, GGC_VERSION=1.11.0,
 * AUTH_TOKEN, SVCUID, AWS_IOT_THING_NAME, AWS_IOT_THING_ARN, AWS_GREENGRASS_GROUP_NAME, GROUP_NAME, LOG_LEVEL.
 * AWS: AWS_CONTAINER_CREDENTIALS_FULL_URI, AWS_CONTAINER_AUTHORIZATION_TOKEN, AWS_ENDPOINT_URL_IOT_DATA_PLANE.
 */
export type MakeEnvironment = (facts: EnvironmentFacts) => Readonly<Record<string, string>>;

const ACCOUNT = '000000000000';
const RUNTIME = 'nodejs24.x';
const SYSTEM = 'arn:aws:lambda:::function:';
/** The gateway's own PATH may name folders of its user; a function starts programs of the system at most. */
const systemPath = (): string =>
  process.platform === 'win32' ? 'C:\\Windows\\System32;C:\\Windows' : '/usr/local/bin:/usr/bin:/bin';
/** Node reads these itself, and what they load would come before the gateway's guards. */
const NODES_OWN = /^NODE_(OPTIONS|EXTRA_CA_CERTS|REPL_EXTERNAL_MODULE|V8_COVERAGE|COMPILE_CACHE)$/i;

function lambdaVariables(facts: EnvironmentFacts): Record<string, string> {
  const { name, directory, scratch, region } = facts;
  return {
    _HANDLER: facts.handler,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: String(facts.version),
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(facts.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: String(facts.version),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: `AWS_Lambda_${RUNTIME}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    LAMBDA_TASK_ROOT: directory,
    LAMBDA_RUNTIME_DIR: dirname(process.execPath),
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: systemPath(),
    NODE_PATH: [directory, join(directory, 'node_modules')].join(delimiter),
    TMPDIR: scratch,
    ...(process.platform === 'win32' ? { TEMP: scratch, TMP: scratch } : {}), // where os.tmpdir() looks there
    HOME: scratch,
  };
}

function greengrassVariables(facts: EnvironmentFacts): Record<string, string> {
  const { arn, encoding, region, thingName, gatewayName, authToken } = facts;
  return {
    AWS_GREENGRASS_LAMBDA_ARN: arn,
    AWS_GREENGRASS_LAMBDA_FUNCTION_HANDLER: facts.handler,
    AWS_GREENGRASS_LAMBDA_ENCODING_TYPE: encoding,
    AWS_GREENGRASS_LAMBDA_RUNTIME: RUNTIME,
    AWS_GREENGRASS_LAMBDA_CONTAINER_MODE: 'NoContainer',
    MY_FUNCTION_ARN: arn,
    ENCODING_TYPE: encoding,
    ROUTER_FUNCTION_ARN: `${SYSTEM}GGRouter`,
    SHADOW_FUNCTION_ARN: `${SYSTEM}GGShadowService`,
    SECRETS_MANAGER_FUNCTION_ARN: `${SYSTEM}GGSecretManager:1`,
    GGC_MAX_INTERFACE_VERSION: '1.5',
    GGC_VERSION: '1.11.0',
    AUTH_TOKEN: authToken,
    SVCUID: authToken,
    AWS_IOT_THING_NAME: thingName,
    AWS_IOT_THING_ARN: `arn:aws:iot:${region}:${ACCOUNT}:thing/${thingName}`,
    AWS_GREENGRASS_GROUP_NAME: gatewayName,
    GROUP_NAME: gatewayName,
    LOG_LEVEL: 'INFO',
  };
}

/** See `MakeEnvironment`. */
export const makeEnvironment: MakeEnvironment = (facts) => ({
  ...Object.fromEntries(Object.entries(facts.declared).filter(([name]) => !NODES_OWN.test(name))),
  ...facts.aws,
  ...lambdaVariables(facts),
  ...greengrassVariables(facts),
});
