import { z } from 'zod';
import { Id, Label } from './common.ts';

export const PROFILE_SCHEMA = 'gatehouse-profile/1';

/** A template of a device: all of its configuration but where it is. A JSON file of its own. */
export const Profile = z.strictObject({
  schema: z.literal(PROFILE_SCHEMA, { error: `must be "${PROFILE_SCHEMA}"` }),
  /** `eastron-sdm630` */
  id: Id,
  name: Label,
  maker: Label,
  models: z.array(Label).min(1).max(32),
  kind: z.enum([
    'energy-meter',
    'thermometer',
    'drive',
    'scale',
    'scanner',
    'gps',
    'wearable',
    'printer',
    'vehicle',
    'io',
    'other',
  ]),
  revision: z.number().int().min(1).default(1),
  /** The manual that the table of registers or characteristics is taken from. */
  source: z.strictObject({
    title: z.string().min(1).max(300),
    edition: z.string().max(100).optional(),
    /** Chapter, section or page of the table. */
    place: z.string().max(200).optional(),
    url: z.string().max(300).optional(),
  }),
  notes: z.string().max(2000).optional(),
  /** What gives the device away, for the inbox. */
  recognise: z
    .strictObject({
      usb: z.array(z.string().regex(/^[0-9a-f]{4}:[0-9a-f]{4}$/)).optional(),
      /** Parts of the answer of Modbus device identification (43/14), compared without case. */
      modbus: z
        .strictObject({
          vendor: z.string().optional(),
          product: z.string().optional(),
          /** The extended object in which this make has its serial number. */
          serialObject: z.number().int().min(128).max(255).optional(),
        })
        .optional(),
      /** Advertised name (its beginning), services, company ids. */
      ble: z
        .strictObject({
          name: z.string().optional(),
          services: z.array(z.string()).optional(),
          companies: z.array(z.number().int()).optional(),
          decoder: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
  /** Settings of the line as the device leaves the factory. */
  line: z
    .strictObject({
      baudRate: z.number().int().optional(),
      dataBits: z.union([z.literal(7), z.literal(8)]).optional(),
      parity: z.enum(['none', 'even', 'odd']).optional(),
      stopBits: z.union([z.literal(1), z.literal(2)]).optional(),
      unit: z.number().int().min(0).max(255).optional(),
    })
    .optional(),
  /** The device's part of the deployment document without `id`, `name`, `link`, `unit` and `address`; checked as a device when it is read. */
  device: z.record(z.string(), z.json()),
});
export type ProfileFile = z.infer<typeof Profile>;
