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
