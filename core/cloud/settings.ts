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
