import { randomBytes } from 'node:crypto';
import type { Logger } from '../base/log.ts';
import type { FunctionConfig } from '../contract/document/functions.ts';
import type { CredentialSource } from '../functions/local-aws/credentials.ts';
import type { LocalAwsParty } from '../functions/local-aws/data-plane-routes.ts';
import { createLocalAws } from '../functions/local-aws/local-aws-server.ts';
import type { FunctionRunner } from '../functions/runner.ts';
import type { Shared } from './shared.ts';

/** The local AWS endpoint for the functions that want it; it listens from the first of them on. */
export interface LocalAwsSide {
  /**
   * The runner that `make` gives, let in before it starts and until it has stopped. `make` is called once; the variables that it is given
   * are there when the first instance starts, and empty where the function wants none or the endpoint cannot be opened, which is logged.
   */
  admit(
    config: FunctionConfig,
    rights: Omit<LocalAwsParty, 'hops'>,
    make: (env: () => Readonly<Record<string, string>>) => FunctionRunner,
  ): FunctionRunner;
  stop(): Promise<void>;
}

const TOKEN_BYTES = 32;
const NONE = {};

export function createLocalAwsSide(
  { clock, log }: Pick<Shared, 'clock'> & { readonly log: Logger },
  options: { readonly credentials: CredentialSource | null; functions(): ReadonlyMap<string, FunctionRunner> },
): LocalAwsSide {
  /** Of the version that runs; the permissions of another one must not count. */
  const parties = new WeakMap<FunctionRunner, LocalAwsParty>();
  /** Of the newest version, which may call before it has taken over from none. */
  const newest = new Map<string, LocalAwsParty>();
  const local = createLocalAws({
    clock,
    log,
    credentials: options.credentials,
    newToken: () => randomBytes(TOKEN_BYTES).toString('base64url'),
    party(name) {
      const running = options.functions().get(name);
      return (running ? parties.get(running) : newest.get(name)) ?? null;
    },
  });
  return {
    admit(config, rights, make) {
      const { name } = config;
      const wants = { credentials: config.permissions.awsCredentials, data: config.iotDataLocal };
      if (!wants.credentials && !wants.data) return make(() => NONE);
      let admission: ReturnType<typeof local.admit> | undefined;
      const runner = make(() => admission?.env ?? NONE);
      const party: LocalAwsParty = { ...rights, hops: runner.hopsNow };
      const admitted: FunctionRunner = {
        ...runner,
        async start(signal) {
          try {
            await local.start(signal);
            admission = local.admit(name, wants);
          } catch (cause) {
            signal.throwIfAborted();
            log.error('local-aws.not-open', { function: name, cause });
          }
          await runner.start(signal);
        },
        async stop() {
          await runner.stop();
          admission?.release();
          if (newest.get(name) === party) newest.delete(name);
        },
      };
      newest.set(name, party);
      parties.set(admitted, party);
      return admitted;
    },
    stop: () => local.stop(),
  };
}
