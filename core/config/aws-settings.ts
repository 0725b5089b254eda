import { z } from 'zod';

const HOST = /^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$/;

/** What functions are told of AWS, and where their credentials come from. Secrets are files, never values. */
export const AwsSettings = z
  .strictObject({
    /** In the environment and the ARNs of functions; left out: `local`. */
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as "eu-central-1"')
      .optional(),
    /** Left out: the client id towards the cloud, else the name of the gateway. */
    thingName: z
      .string()
      .regex(/^[A-Za-z0-9:_-]{1,128}$/, 'must have at most 128 letters, digits, ":", "_" and "-"')
      .optional(),
    /** As AWS's own tools write it: an INI file with a section [default], or the JSON of a credential process. */
    credentialsFile: z.string().min(1).optional(),
    /** The credentials provider of AWS IoT, asked with the certificate of the line to the cloud. */
    iot: z
      .strictObject({
        endpoint: z.string().regex(HOST, 'must be a host name such as "abc.credentials.iot.eu-central-1.amazonaws.com"'),
        roleAlias: z.string().regex(/^[\w=,@-]{1,128}$/, 'must have at most 128 letters, digits and "_=,@-"'),
      })
      .optional(),
  })
  .refine((one) => one.credentialsFile === undefined || one.iot === undefined, {
    path: ['credentialsFile'],
    message: 'name either credentialsFile or iot: credentials come from one place',
  });
export type AwsSettings = z.infer<typeof AwsSettings>;
