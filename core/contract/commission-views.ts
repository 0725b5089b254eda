import { z } from 'zod';
import { Link } from './document/links.ts';
import { Profile } from './document/profile.ts';
import { FaultView } from './views.ts';

/** What the console sees of discovery, scans, profiles and reports. Units as in views.ts. */

/** A device's part of the deployment document while it is being made: JSON, checked only when it is tried or saved. */
export const Draft = z.record(z.string(), z.json());
export type Draft = z.infer<typeof Draft>;

export const GuessView = z.object({
  /** `Eastron SDM630 energy meter` */
  what: z.string(),
  /** `Its USB id 10c4:ea60 is a CP210x adapter; unit 1 answers to 43/14 as "Eastron".` */
  why: z.string(),
  confidence: z.enum(['sure', 'likely', 'maybe']),
  profile: z.string().nullable(),
  adapter: z.string(),
  draft: Draft,
});
export type GuessView = z.infer<typeof GuessView>;

/** Topic `inbox`: what was seen and is not (or once was) a device of the document. */
export const FoundView = z.object({
  /** Its identity: `usb:0403:6001:A1B2`, `ble:AA:BB:...`, `mqtt:<client>`, `sparkplug:<group>/<node>[/<device>]`, `modbus:<line> <unit>`, `modbus-tcp:<host>:<port>[ <unit>]`. */
  id: z.string(),
  kind: z.enum(['port', 'ble', 'mqtt', 'sparkplug', 'modbus-tcp', 'modbus-unit']),
  title: z.string(),
  /** Where it is now: `/dev/ttyUSB0`, `-61 dBm on hci0`, `10.0.0.7`. */
  place: z.string(),
  detail: z.string(),
  state: z.enum(['new', 'ignored', 'added']),
  /** `added`: the device of the document. `moved`: it was found at another place than the document says. */
  device: z.string().nullable(),
  moved: z.boolean(),
  /** What moved from where to where, that another device stands at a known address, what it looks like; in whole sentences. */
  note: z.string().nullable(),
  present: z.boolean(),
  firstAt: z.number(),
  lastAt: z.number(),
  rssi: z.number().nullable(),
  /** The best first. */
  guesses: z.array(GuessView),
});
export type FoundView = z.infer<typeof FoundView>;

/** One way of talking on a line. */
export const LineTry = z.object({
  framing: z.enum(['rtu', 'ascii', 'tcp']),
  baudRate: z.number(),
  dataBits: z.union([z.literal(7), z.literal(8)]),
  parity: z.enum(['none', 'even', 'odd']),
  stopBits: z.union([z.literal(1), z.literal(2)]),
});
export type LineTry = z.infer<typeof LineTry>;

/** Topic `scans`: a guided scan of one line, until it is closed. */
export const ScanView = z.object({
  id: z.string(),
  line: z.string(),
  link: Link,
  by: z.string(),
  state: z.enum(['claiming', 'listening', 'sweeping', 'identifying', 'done', 'stopped', 'failed']),
  /** What it does now, in words. */
  step: z.string(),
  /** 0..1 */
  progress: z.number(),
  probes: z.number(),
  probesPlanned: z.number(),
  startedAt: z.number(),
  leftMs: z.number().nullable(),
  trying: LineTry.nullable(),
  /** What the passive listening gave. */
  heard: z.object({ bytes: z.number(), frames: z.number(), words: z.string() }).nullable(),
  pauses: z.array(z.string()),
  found: z.array(
    z.object({
      unit: z.number(),
      line: LineTry,
      responseMs: z.number(),
      /** `answered function 3 with exception 2` */
      evidence: z.string(),
      identification: z
        .object({
          vendor: z.string(),
          product: z.string(),
          revision: z.string(),
          /** Of a look only, where the device names it. */
          serial: z.string().optional(),
        })
        .nullable(),
      profile: z.string().nullable(),
      /** Ready for `commission.*`. */
      link: Link,
      adapter: z.string(),
    }),
  ),
  fault: FaultView.nullable(),
});
export type ScanView = z.infer<typeof ScanView>;

/** Topic `matrix` with parameter `session`: one row, the registers that are read now; the cells are made of it by `decode-matrix.ts`. */
export const MatrixView = z.object({
  id: z.string(),
  unit: z.number(),
  table: z.enum(['holding', 'input']),
  address: z.number(),
  /** Null: this register does not exist or was not read. */
  registers: z.array(z.number().nullable()),
  at: z.number().nullable(),
  reads: z.number(),
  fault: FaultView.nullable(),
});
export type MatrixView = z.infer<typeof MatrixView>;

/** Topic `tries` with parameter `session`: a device that runs before it is saved. */
export const TryView = z.object({
  id: z.string(),
  device: z.string(),
  state: z.enum(['opening', 'running', 'failed', 'closed']),
  readings: z.array(
    z.object({
      point: z.string(),
      label: z.string(),
      unit: z.string(),
      value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
      quality: z.enum(['good', 'stale', 'bad']),
      note: z.string().nullable(),
      at: z.number().nullable(),
    }),
  ),
  polls: z.number(),
  faults: z.record(z.string(), z.number()),
  lastError: FaultView.nullable(),
});
export type TryView = z.infer<typeof TryView>;

export const ProfileView = z.object({
  id: z.string(),
  name: z.string(),
  maker: z.string(),
  models: z.array(z.string()),
  kind: z.string(),
  revision: z.number(),
  adapter: z.string(),
  points: z.number(),
  source: z.string(),
  notes: z.string(),
  /** Settings of its serial line as it leaves the factory; null: it has none, or nothing is known of them. */
  line: Profile.shape.line.unwrap().nullable(),
  shipped: z.boolean(),
});
export type ProfileView = z.infer<typeof ProfileView>;
