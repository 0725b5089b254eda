import { createIotCredentials } from '../cloud/iot-credentials.ts';
import type { GatewaySettings } from '../config/settings.ts';
import { createConfiguredCredentials } from '../functions/local-aws/configured-credentials.ts';
import { createCredentialCache } from '../functions/local-aws/credential-cache.ts';
import type { CredentialSource } from '../functions/local-aws/credentials.ts';
import type { Shared } from './shared.ts';

/** What functions are told of AWS. */
export interface AwsAccess {
  /** Where the cloud knows this gateway. */
  readonly thing: { readonly name: string; readonly region: string };
  /** null where the settings name none. */
  readonly credentials: CredentialSource | null;
}

/** A thing's name has fewer characters than a gateway's. */
const asThing = (name: string): string => name.replaceAll(/[^A-Za-z0-9:_-]/g, '-');

function sourceOf({ clock }: Pick<Shared, 'clock'>, settings: GatewaySettings, thingName: string): CredentialSource | null {
  const { credentialsFile, iot } = settings.aws;
  if (credentialsFile !== undefined) return createConfiguredCredentials(credentialsFile);
  return iot === undefined ? null : createIotCredentials({ clock }, { ...iot, thingName }, settings.cloud);
}

export function createAwsAccess(shared: Pick<Shared, 'clock' | 'logs'>, settings: GatewaySettings): AwsAccess {
  const name = settings.aws.thingName ?? asThing(settings.cloud?.clientId ?? settings.gatewayName);
  const source = sourceOf(shared, settings, name);
  return {
    thing: { name, region: settings.aws.region ?? 'local' },
    credentials: source && createCredentialCache({ clock: shared.clock, log: shared.logs.logger('aws') }, source),
  };
}
