import type { CloudSettings } from '../config/cloud-settings.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** `host:port`, for people. */
  readonly text: string;
}

export function endpointOf(url: string): Endpoint {
  const { protocol, hostname, port } = new URL(url);
  const tls = protocol === 'mqtts:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const number = port === '' ? (tls ? 8883 : 1883) : Number(port);
  return { host, port: number, tls, text: `${hostname}:${number}` };
}

/** How many levels a topic may have towards this cloud; AWS IoT Core: at most 7 slashes. */
export const topicLevelLimit = (settings: CloudSettings): number =>
  settings.maxTopicLevels ?? (settings.profile === 'aws-iot' ? 8 : Number.POSITIVE_INFINITY);

/** AWS IoT Core takes 100 unacknowledged messages in each direction. */
const AWS_IN_FLIGHT = 100;
const MOST_IN_FLIGHT = 1000;

/** How many messages may be in flight at most, before the cloud has said what it allows. */
export const inFlightLimit = (settings: Pick<CloudSettings, 'maxInFlight' | 'profile'>): number =>
  settings.maxInFlight ?? (settings.profile === 'aws-iot' ? AWS_IN_FLIGHT : MOST_IN_FLIGHT);
