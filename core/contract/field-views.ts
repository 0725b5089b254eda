import { z } from 'zod';
import { Link } from './document/links.ts';
import { FaultView } from './views.ts';

/** What the console sees of ports, buses and radios. Units as in views.ts. */

/** Topic `ports`: serial ports that are there, and those that a device is bound to. */
export const PortView = z.object({
  /** `usb:0403:6001:A1B2:0`, `physical:pci-0000:00:14.0-usb-0:2:1.0`, or `path:/dev/ttyS0`: what it is, whatever it is called. */
  id: z.string(),
  /** Today's name; the last one where it is gone. */
  path: z.string(),
  stablePath: z.string(),
  physicalPath: z.string(),
  kind: z.enum(['usb', 'uart', 'other']),
  /** What it is in words: `FTDI FT232R USB UART`. */
  title: z.string(),
  usbId: z.string(),
  serialNumber: z.string(),
  maker: z.string(),
  present: z.boolean(),
  since: z.number(),
  /** Times it was plugged in since the start. */
  plugs: z.number(),
  /** Devices of the document that are bound to it. */
  devices: z.array(z.string()),
  /** Who has it open: a device or tool of this gateway; null: none of ours. `port.diagnose` says who else. */
  holder: z.object({ kind: z.enum(['device', 'tool']), name: z.string() }).nullable(),
  /** `9600 8N1`, empty while it is closed. */
  settings: z.string(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  opens: z.number(),
  lastError: FaultView.nullable(),
});
export type PortView = z.infer<typeof PortView>;

/** Answer of `port.diagnose`: why a port can or cannot be opened. */
export const PortDiagnosis = z.object({
  path: z.string(),
  exists: z.boolean(),
  mayOpen: z.boolean(),
  owner: z.string(),
  group: z.string(),
  mode: z.string(),
  user: z.string(),
  /** Another program that has it open; null: none that this user can see. */
  process: z.object({ pid: z.number(), name: z.string() }).nullable(),
  /** What is in the way, and what to do; empty where nothing is. */
  problem: z.string(),
  remedy: z.string(),
  rs485: z.enum(['driver', 'rts-only', 'unknown']),
});
export type PortDiagnosis = z.infer<typeof PortDiagnosis>;

/** A plain word about a bus or a unit, in terms of NE 107. */
export const VerdictView = z.object({
  state: z.enum(['ok', 'maintenance', 'out-of-spec', 'function-check', 'failure']),
  /** `Unit 7 answers late: 312 ms at the 95th percentile.` */
  finding: z.string(),
  cause: z.string(),
  remedy: z.string(),
});
export type VerdictView = z.infer<typeof VerdictView>;

/** Topic `units` with parameter `bus` (or none for all): one Modbus unit on one bus. */
export const BusUnitView = z.object({
  /** `<bus> <unit>` */
  id: z.string(),
  bus: z.string(),
  unit: z.number(),
  /** Devices of the document that poll it. */
  devices: z.array(z.string()),
  state: z.enum(['ok', 'slow', 'failing', 'parked', 'waiting']),
  since: z.number(),
  /** While parked. */
  nextProbeAt: z.number().nullable(),
  parkedTimes: z.number(),
  wantedPerS: z.number(),
  actualPerS: z.number(),
  requests: z.number(),
  answers: z.number(),
  timeouts: z.number(),
  crcErrors: z.number(),
  framingErrors: z.number(),
  lateAnswers: z.number(),
  duplicateAnswers: z.number(),
  wrongUnit: z.number(),
  exceptions: z.number(),
  /** Counts by the classes of RESPONSE_EDGES_MS. */
  histogram: z.array(z.number()),
  responseMs: z.object({ p50: z.number(), p95: z.number(), max: z.number() }),
  verdict: VerdictView,
});
export type BusUnitView = z.infer<typeof BusUnitView>;

/** Topic `buses`. */
export const BusView = z.object({
  /** Key of the line: the port's id, `tcp:<host>:<port>`, `rfc2217:<host>:<port>`, `simulated:<device>`. */
  id: z.string(),
  label: z.string(),
  framing: z.enum(['rtu', 'ascii', 'tcp']),
  open: z.boolean(),
  /** A tool that has it now; null: the devices. */
  claimedBy: z.string().nullable(),
  units: z.number(),
  parked: z.number(),
  requestsPerS: z.number(),
  /** Share of the time in which something is on the line, 0..1. */
  load: z.number(),
  /** Time that one round of all polls needs, and the shortest round that is asked for. */
  roundMs: z.number(),
  wantedRoundMs: z.number(),
  /** `This bus needs 1.34 s a round; you asked for 1 s.`, empty where it fits. */
  budget: z.string(),
  waiting: z.number(),
  verdict: VerdictView,
});
export type BusView = z.infer<typeof BusView>;

/** One minute of a unit or a bus. */
export const BusMinuteView = z.object({
  at: z.number(),
  requests: z.number(),
  timeouts: z.number(),
  crcErrors: z.number(),
  framingErrors: z.number(),
  lateAnswers: z.number(),
  p95Ms: z.number(),
});
export type BusMinuteView = z.infer<typeof BusMinuteView>;

/** Topic `radios`: Bluetooth adapters. Where there is no Bluetooth, one row `none` that says why. */
export const RadioView = z.object({
  /** `hci0` */
  id: z.string(),
  address: z.string(),
  name: z.string(),
  state: z.enum(['ok', 'off', 'starting', 'resetting', 'failed', 'not-available']),
  since: z.number(),
  scanning: z.enum(['no', 'passive', 'active']),
  connections: z.number(),
  /** Connections that wait for their turn. */
  queue: z.number(),
  advertsPerS: z.number(),
  known: z.number(),
  /** How far the reset ladder went since the start: devices disconnected, radios power-cycled. */
  deviceResets: z.number(),
  radioResets: z.number(),
  lastError: FaultView.nullable(),
});
export type RadioView = z.infer<typeof RadioView>;

/** Topic `adverts`: Bluetooth devices that are heard. */
export const AdvertView = z.object({
  /** The address. */
  id: z.string(),
  radio: z.string(),
  addressType: z.string(),
  name: z.string(),
  rssi: z.number().nullable(),
  /** One mean per second, the newest last, at most 60. */
  trend: z.array(z.number().nullable()),
  lastAt: z.number(),
  count: z.number(),
  perS: z.number(),
  /** `RuuviTag 5`, `BTHome v2`, empty where it is not known. */
  format: z.string(),
  /** Its values are encrypted: they need the device's key. */
  locked: z.boolean(),
  facts: z.array(z.object({ name: z.string(), value: z.union([z.number(), z.string(), z.boolean()]), unit: z.string() })),
  /** Raw parts: company or service id, and bytes in base64. */
  parts: z.array(z.object({ kind: z.enum(['manufacturer', 'service']), id: z.string(), bytes: z.string() })),
  services: z.array(z.string()),
  connected: z.boolean(),
  paired: z.boolean(),
  /** The device of the document that it is; null: none. */
  device: z.string().nullable(),
});
export type AdvertView = z.infer<typeof AdvertView>;

export const GattTreeView = z.object({
  address: z.string(),
  services: z.array(
    z.object({
      uuid: z.string(),
      name: z.string(),
      characteristics: z.array(
        z.object({
          uuid: z.string(),
          name: z.string(),
          flags: z.array(z.string()),
          /** As read last, base64; null: never. */
          value: z.string().nullable(),
          words: z.string(),
        }),
      ),
    }),
  ),
});
export type GattTreeView = z.infer<typeof GattTreeView>;

/** Topic `mqtt-topics` with parameter `filter`: what is known of the topics of the local broker. */
export const MqttTopicView = z.object({
  /** The topic. */
  id: z.string(),
  client: z.string(),
  retained: z.boolean(),
  count: z.number(),
  perS: z.number(),
  lastAt: z.number(),
  size: z.number(),
  /** The first 256 bytes, base64. */
  payload: z.string(),
  kind: z.enum(['json', 'text', 'sparkplug', 'binary', 'empty']),
  /** For Sparkplug and JSON: what is in it, by name. */
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
});
export type MqttTopicView = z.infer<typeof MqttTopicView>;

/** Topic `tools`: tools that are open now, by whomever. */
export const ToolView = z.object({
  /** The session's id. */
  id: z.string(),
  tool: z.enum(['terminal', 'sniffer', 'modbus', 'scan', 'matrix', 'try', 'gatt']),
  line: z.string(),
  link: Link.nullable(),
  by: z.string(),
  since: z.number(),
  state: z.enum(['taking', 'open', 'lost', 'closing']),
  /** Devices that are paused by it. */
  pauses: z.array(z.string()),
  bytesIn: z.number(),
  bytesOut: z.number(),
  /** Modem lines as far as they can be read. */
  lines: z.object({ cts: z.boolean(), dsr: z.boolean(), dcd: z.boolean(), dtr: z.boolean(), rts: z.boolean() }).nullable(),
  fault: FaultView.nullable(),
});
export type ToolView = z.infer<typeof ToolView>;

/** Topic `tool-lines` with parameter `session`: what a terminal, sniffer or Modbus master saw. */
export const ToolLineView = z.object({
  id: z.number(),
  at: z.number(),
  /** Since the line before it. */
  gapUs: z.number(),
  direction: z.enum(['in', 'out', 'note']),
  /** base64 */
  bytes: z.string(),
  /** What it means: `unit 3: read 4 holding registers from 0x0010`; empty in a terminal. */
  decoded: z.string(),
  /** For a sniffer: request or answer, and the time the answer took. */
  role: z.enum(['request', 'answer', 'late', 'duplicate', 'noise', 'text']),
  unit: z.number().nullable(),
  responseMs: z.number().nullable(),
  faulty: z.boolean(),
});
export type ToolLineView = z.infer<typeof ToolLineView>;

/** Answer of `tool.modbus`. */
export const ModbusAnswerView = z.object({
  ok: z.boolean(),
  /** Registers as unsigned 16-bit numbers, or bits as 0 and 1. */
  values: z.array(z.number()),
  /** Objects of device identification by their number. */
  objects: z.record(z.string(), z.string()),
  exception: z.number().nullable(),
  words: z.string(),
  sent: z.string(),
  heard: z.string(),
  tookMs: z.number(),
});
export type ModbusAnswerView = z.infer<typeof ModbusAnswerView>;

export const LoopbackView = z.object({
  ok: z.boolean(),
  sent: z.number(),
  back: z.number(),
  wrong: z.number(),
  tookMs: z.number(),
  words: z.string(),
});
export type LoopbackView = z.infer<typeof LoopbackView>;
