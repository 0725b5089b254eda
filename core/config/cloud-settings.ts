import { z } from 'zod';

const ENDPOINT = /^mqtts?:\/\/(\[[0-9a-f:]+\]|[^/:@\s]+)(:\d{1,5})?\/?$/i;

/** The line to the cloud, in the settings file of the machine. Secrets are files, never values. */
export const CloudSettings = z
  .strictObject({
    /** `mqtt://host:port` or `mqtts://host:port`; 1883 and 8883 where the port is left out. */
    url: z.string().regex(ENDPOINT, 'must be mqtt://host:port or mqtts://host:port, without user name and password'),
    /** Also the gateway's part in the ids of its messages: must not change while messages wait. */
    clientId: z.string().min(1).max(128),
    protocolVersion: z.union([z.literal(4), z.literal(5)]).default(5),
    caFile: z.string().min(1).optional(),
    certFile: z.string().min(1).optional(),
    keyFile: z.string().min(1).optional(),
    username: z.string().min(1).optional(),
    passwordFile: z.string().min(1).optional(),
    alpn: z.array(z.string().min(1)).optional(),
    keepaliveS: z.int().min(1).max(1200).default(30),
    cleanSession: z.boolean().default(false),
    ackTimeoutMs: z.int().min(100).max(2_000_000_000).default(20_000),
    connectTimeoutMs: z.int().min(100).max(2_000_000_000).default(10_000),
    maxPayloadBytes: z.int().min(1).default(131_072),
    maxTopicBytes: z.int().min(1).max(65_535).default(256),
    /** Levels, one more than slashes. AWS IoT Core takes 8; no limit of ours where left out of the generic profile. */
    maxTopicLevels: z.int().min(1).optional(),
    profile: z.enum(['generic', 'aws-iot']).default('generic'),
    /** Messages in flight at most; the uplink finds what the line bears. Left out: 1,000, towards AWS IoT Core the 100 that it takes. */
    maxInFlight: z.int().min(1).max(10_000).optional(),
    /** For a slow or paid line, or a cloud that throttles; null: as fast as it goes. A burst of one second is allowed. */
    rate: z
      .strictObject({
        messagesPerS: z.number().min(0.01).nullable().default(null),
        bytesPerS: z.number().min(16).nullable().default(null),
      })
      .prefault({}),
    /** An address whose `Date` header tells the time (HTTPS), asked when a connection comes about; null: not asked. */
    timeUrl: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null),
    /** Longest pause between attempts to connect. */
    maxBackoffMs: z.int().min(100).max(600_000).default(60_000),
  })
  .refine((s) => (s.certFile === undefined) === (s.keyFile === undefined), {
    path: ['keyFile'],
    message: 'certFile and keyFile belong together',
  })
  .refine((s) => s.certFile === undefined || s.url.toLowerCase().startsWith('mqtts:'), {
    path: ['url'],
    message: 'must be mqtts:// where a certificate is given',
  });
export type CloudSettings = z.infer<typeof CloudSettings>;
