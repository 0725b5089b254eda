import { GatewayError } from '../../base/errors.ts';
import type { SecretFacts, SecretStore } from '../../security/secrets.ts';

/** Secrets of a function that runs without a gateway: what a file says, and nothing else. Nothing of it is written. */
export function createLocalSecrets(values: Readonly<Record<string, string>>, now: () => number): SecretStore {
  const createdAt = now();
  const facts = (name: string): SecretFacts => ({
    arn: `arn:aws:secretsmanager:local:000000000000:secret:${name}`,
    name,
    versionId: '00000000-0000-0000-0000-000000000001',
    stages: ['AWSCURRENT'],
    createdAt,
  });
  const fixed = async (): Promise<never> => {
    throw new GatewayError('api/not-available', 'Secrets of a local run come from its file only.');
  };
  return {
    list: () => Object.keys(values).map(facts),
    async get(id, stage) {
      const name = Object.keys(values).find((one) => one === id || facts(one).arn === id);
      const text = name === undefined ? undefined : values[name];
      if (name === undefined || text === undefined || (stage ?? 'AWSCURRENT') !== 'AWSCURRENT')
        throw new GatewayError('secret/unknown', `There is no secret "${id}" in this local run.`, {
          remedy: 'Put it into the file of --secrets.',
        });
      return { ...facts(name), value: { text } };
    },
    set: fixed,
    remove: fixed,
  };
}
