import { z } from 'zod';
import { Id, Label } from './common.ts';
import { Command } from './points.ts';

/** What every device has, whatever the protocol. */
export const deviceBase = {
  id: Id,
  name: Label,
  /** `points`: a message for each point on `devices/<id>/<point>`. `record`: one message for what belongs together on `devices/<id>`. */
  publish: z.enum(['points', 'record']).default('points'),
  /** After this long without anything heard the readings are stale; three poll intervals unless told. */
  staleAfterMs: z.number().int().min(100).max(86_400_000).optional(),
  enabled: z.boolean().default(true),
  /** The profile it was made from, `maker-model@revision`. */
  profile: z.string().max(120).optional(),
  /**
   * What it was recognised by when it was commissioned, e.g. `usb:0403:6001:A1B2`, `ble:AA:BB:CC:00:00:01`, or `mac:00:80:f4:12:34:56 1` (MAC
   * address and unit); survives a changed port or address.
   */
  identity: z.string().max(200).optional(),
  location: Label.optional(),
  commands: z.array(Command).max(32).optional(),
};
