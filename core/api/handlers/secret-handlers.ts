import { GatewayError } from '../../base/errors.ts';
import type { SecretView } from '../../contract/function-views.ts';
import type { SecretFacts, SecretValue } from '../../security/secrets.ts';
import type { Caller, Handlers } from '../sources.ts';
import { bytesOf } from './input-checks.ts';
import type { GatewayRuntime } from './runtime.ts';

type Methods = Pick<Handlers, 'secret.list' | 'secret.set' | 'secret.remove'>;

const view = ({ name, arn, versionId, createdAt }: SecretFacts): SecretView => ({ name, arn, versionId, createdAt });

/** Whoever reaches the console's port could otherwise replace them: it asks nobody who he is. The wizard sets keys of Bluetooth devices only. */
function checkCaller(caller: Caller): void {
  if (caller.kind === 'cli') return;
  throw new GatewayError('api/not-available', 'Secrets are set and removed on the command line only.', {
    remedy: 'Use gatehouse secret set on the gateway itself.',
  });
}

function secretValue(input: { text?: string | undefined; bytes?: string | undefined }): SecretValue['value'] {
  if (input.text !== undefined && input.bytes === undefined) return { text: input.text };
  if (input.bytes !== undefined && input.text === undefined) return { bytes: bytesOf(input.bytes) };
  throw new GatewayError('api/bad-input', 'A secret is either text or bytes.', { remedy: 'Give exactly one of the two.' });
}

/** Names and ages of the gateway's secrets; a value goes in here, and never out. */
export function createSecretHandlers(runtime: GatewayRuntime): Methods {
  const log = runtime.logs.logger('secrets');
  return {
    'secret.list': async () => runtime.secrets.list().map(view),
    'secret.set': async (input, _signal, caller) => {
      checkCaller(caller);
      const facts = await runtime.secrets.set(input.name, secretValue(input));
      log.info('secrets.set', { message: `${input.name} was set.`, version: facts.versionId, by: caller.kind });
      return view(facts);
    },
    'secret.remove': async ({ name }, _signal, caller) => {
      checkCaller(caller);
      if (!(await runtime.secrets.remove(name))) throw new GatewayError('secret/unknown', `There is no secret "${name}".`);
      log.warn('secrets.removed', { message: `${name} was removed.`, by: caller.kind });
      return null;
    },
  };
}
