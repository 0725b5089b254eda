import { z } from 'zod';
import { Draft, FoundView, MatrixView, ProfileView, ScanView, TryView } from './commission-views.ts';
import { Link } from './document/links.ts';
import { BindKey } from './document/wireless-devices.ts';
import {
  AdvertView,
  BusMinuteView,
  BusUnitView,
  BusView,
  GattTreeView,
  LoopbackView,
  ModbusAnswerView,
  MqttTopicView,
  PortDiagnosis,
  PortView,
  RadioView,
  ToolLineView,
  ToolView,
} from './field-views.ts';
import { ChangeView, CommandResultView, DocumentFault } from './views.ts';

const none = z.strictObject({});
const done = z.null();
const scalar = z.union([z.number(), z.string().max(4000), z.boolean()]);
/** Who did it, as it stands in the log and in the report. */
const by = z.string().min(1).max(80);
/**
 * A person has read what the tool does to the devices on the line, and agreed. Without it: `tool/no-consent`. It is asked by every call
 * that takes a line away from its devices, or that may put bytes on it.
 */
const consent = z.literal(true);
const base64 = z.string().max(87_384);
const session = z.string().max(64);
const draft = Draft;
/** Where the values of a new device go: the subscriptions that are added with it. */
const targets = z.strictObject({ history: z.boolean(), cloud: z.boolean() });
const opened = z.object({ session: z.string() });

/** Calls about the field: ports, buses, radios, tools, discovery and commissioning. A part of METHODS. */
export const FIELD_METHODS = {
  /** Runs a command of a device. One that has a `confirm` text needs `confirmed`, else `tool/no-consent`. Never repeated. */
  'device.command': {
    input: z.strictObject({ device: z.string(), command: z.string(), value: scalar.optional(), confirmed: z.boolean() }),
    output: CommandResultView,
  },
  'port.diagnose': { input: z.strictObject({ path: z.string().max(256) }), output: PortDiagnosis },
  /** Looks for ports now instead of at the next turn. */
  'port.refresh': { input: none, output: done },

  /** The last hours of a unit (null: of the whole bus), oldest first. */
  'bus.timeline': { input: z.strictObject({ bus: z.string(), unit: z.number().nullable() }), output: z.array(BusMinuteView) },
  /** Asks a parked unit now. */
  'bus.probe': { input: z.strictObject({ bus: z.string(), unit: z.number() }), output: done },
  /** Sets the figures of a bus to zero. */
  'bus.reset': { input: z.strictObject({ bus: z.string() }), output: done },

  /** Opens a tool on a line: takes it from its devices, which pause and say so. It ends when nobody watches it for 15 s. */
  'tool.open': {
    input: z.strictObject({
      tool: z.enum(['terminal', 'sniffer', 'modbus']),
      link: Link,
      framing: z.enum(['rtu', 'ascii', 'tcp']).optional(),
      by,
      consent,
    }),
    output: opened,
  },
  'tool.close': { input: z.strictObject({ session }), output: done },
  /** Terminal: `bytes` in base64. */
  'tool.send': { input: z.strictObject({ session, bytes: base64 }), output: done },
  'tool.lines': {
    input: z.strictObject({
      session,
      dtr: z.boolean().optional(),
      rts: z.boolean().optional(),
      breakMs: z.number().int().min(1).max(2000).optional(),
    }),
    output: done,
  },
  /** Terminal, with a plug that joins TX and RX: sends a pattern and compares. */
  'tool.loopback': { input: z.strictObject({ session, bytes: z.number().int().min(1).max(65_536) }), output: LoopbackView },
  /** Modbus master: one request. */
  'tool.modbus': {
    input: z.strictObject({
      session,
      unit: z.number().int().min(0).max(255),
      timeoutMs: z.number().int().min(10).max(60_000),
      ask: z.discriminatedUnion('do', [
        z.strictObject({
          do: z.literal('read'),
          table: z.enum(['holding', 'input', 'coil', 'discrete']),
          address: z.number().int().min(0).max(65_535),
          count: z.number().int().min(1).max(2000),
        }),
        z.strictObject({
          do: z.literal('write'),
          table: z.enum(['holding', 'coil']),
          address: z.number().int().min(0).max(65_535),
          /** Registers 0..65535, or coils 0 and 1. */
          values: z.array(z.number().int().min(0).max(65_535)).min(1).max(123),
          /** Functions 15 and 16 also for one. */
          multiple: z.boolean(),
        }),
        z.strictObject({ do: z.literal('identify') }),
        z.strictObject({ do: z.literal('raw'), pdu: z.string().max(512) }),
      ]),
    }),
    output: ModbusAnswerView,
  },

  /** Active scan while the views `adverts` are watched; passive where only devices listen. */
  'ble.scan': { input: z.strictObject({ on: z.boolean() }), output: done },
  /** Switching off ends every connection of this radio. */
  'ble.power': { input: z.strictObject({ radio: z.string(), on: z.boolean(), by, consent }), output: done },
  /** Removes the keys of a pairing. */
  'ble.forget': { input: z.strictObject({ address: z.string(), by, consent }), output: done },
  /** Connects for looking; a device of the document that has the connection is paused meanwhile. */
  'gatt.open': { input: z.strictObject({ address: z.string(), pair: z.boolean(), by, consent }), output: opened },
  'gatt.tree': { input: z.strictObject({ session }), output: GattTreeView },
  'gatt.read': {
    input: z.strictObject({ session, characteristic: z.string() }),
    output: z.object({ value: z.string(), words: z.string() }),
  },
  'gatt.write': {
    input: z.strictObject({ session, characteristic: z.string(), value: base64, mode: z.enum(['request', 'command']) }),
    output: done,
  },
  /** Values then come as rows of `tool-lines`. */
  'gatt.notify': { input: z.strictObject({ session, characteristic: z.string(), on: z.boolean() }), output: done },

  'inbox.ignore': { input: z.strictObject({ id: z.string().max(300), ignored: z.boolean() }), output: done },
  /**
   * Asks these addresses (`10.0.0.7`, `10.0.0.7:1502`, `10.0.0.0/28`) whether they speak Modbus TCP: connect, read one register, identify.
   * An address with which this gateway talks already is not asked.
   */
  'inbox.look': {
    input: z.strictObject({ addresses: z.array(z.string().max(64)).min(1).max(64), by, consent }),
    output: z.object({ asked: z.number(), answered: z.number() }),
  },

  /** How many questions a scan would ask, and how long it takes; touches nothing. */
  'scan.estimate': {
    input: z.strictObject({
      lines: z.number().int().min(1),
      units: z.number().int().min(1),
      timeoutMs: z.number().int().min(10),
      listenMs: z.number().int().min(0),
    }),
    output: z.object({ probes: z.number(), atMostMs: z.number() }),
  },
  'scan.start': {
    input: z.strictObject({
      link: Link,
      /** In the order in which they are tried. */
      framings: z.array(z.enum(['rtu', 'ascii', 'tcp'])).min(1),
      baudRates: z.array(z.number().int().min(300).max(1_000_000)).max(16),
      parities: z.array(z.enum(['none', 'even', 'odd'])).max(3),
      stopBits: z.array(z.union([z.literal(1), z.literal(2)])).max(2),
      units: z.strictObject({ from: z.number().int().min(1).max(247), to: z.number().int().min(1).max(247) }),
      listenMs: z.number().int().min(0).max(60_000),
      timeoutMs: z.number().int().min(10).max(5000),
      stopAtFirst: z.boolean(),
      by,
      consent,
    }),
    output: z.object({ scan: z.string() }),
  },
  'scan.stop': { input: z.strictObject({ scan: z.string() }), output: done },
  /** Forgets a scan that has ended. */
  'scan.close': { input: z.strictObject({ scan: z.string() }), output: done },

  'matrix.open': {
    input: z.strictObject({
      link: Link,
      adapter: z.enum(['modbus-rtu', 'modbus-ascii', 'modbus-tcp']),
      unit: z.number().int().min(0).max(255),
      table: z.enum(['holding', 'input']),
      address: z.number().int().min(0).max(65_535),
      count: z.number().int().min(1).max(64),
      everyMs: z.number().int().min(200).max(60_000),
      by,
      consent,
    }),
    output: opened,
  },
  'matrix.move': {
    input: z.strictObject({
      session,
      table: z.enum(['holding', 'input']).optional(),
      address: z.number().int().min(0).max(65_535).optional(),
      count: z.number().int().min(1).max(64).optional(),
    }),
    output: done,
  },
  'matrix.close': { input: z.strictObject({ session }), output: done },

  /** A device to begin with: from what was found, a profile, and what the person chose. Ids are made unique. */
  'commission.draft': {
    input: z.strictObject({
      found: z.string().nullable(),
      guess: z.number().int().nullable(),
      profile: z.string().nullable(),
      with: draft,
    }),
    output: z.object({ draft }),
  },
  /** Whether it could be saved like this, and what would change. */
  'commission.check': {
    input: z.strictObject({ draft, replaces: z.string().nullable(), to: targets }),
    output: z.object({ ok: z.boolean(), faults: z.array(DocumentFault), changes: z.array(ChangeView) }),
  },
  /** Tries a key on what a Bluetooth device sends now, for up to 20 s: the values it tells. `ble/wrong-key`, `ble/not-seen`. Keeps nothing. */
  'commission.key': {
    input: z.strictObject({ address: z.string().max(17), bindKey: BindKey }),
    output: z.object({ facts: AdvertView.shape.facts }),
  },
  /** Runs it without saving it; topic `tries`. Ends like a tool. `bindKey`: instead of the secret that the draft names. */
  'commission.try': { input: z.strictObject({ draft, bindKey: BindKey.optional(), by, consent }), output: opened },
  'commission.try-end': { input: z.strictObject({ session }), output: done },
  /**
   * Writes it into a new version of the deployment document. `document/conflict` where another one runs than `basedOn`. `bindKey` goes to
   * the gateway's secrets, under the name in the draft's `keySecret`.
   */
  'commission.save': {
    input: z.strictObject({
      draft,
      bindKey: BindKey.optional(),
      replaces: z.string().nullable(),
      to: targets,
      basedOn: z.number().int(),
      by,
      note: z.string().max(200),
    }),
    output: z.object({ version: z.number() }),
  },
  /** The site acceptance report. */
  'report.make': {
    input: z.strictObject({
      format: z.enum(['html', 'json', 'pdf']),
      by,
      company: z.string().max(120),
      note: z.string().max(2000),
      devices: z.array(z.string()).max(2000).nullable(),
      /** For a screen that cannot save files: the report stays on the gateway's disk, among the newest 50. */
      keep: z.boolean().optional(),
    }),
    /** `text`: base64 for pdf; empty where `path` says where the file was kept. */
    output: z.object({ name: z.string(), text: z.string(), path: z.string().nullable() }),
  },

  'profile.list': { input: none, output: z.array(ProfileView) },
  'profile.get': { input: z.strictObject({ id: z.string() }), output: z.object({ text: z.string() }) },
  'profile.import': { input: z.strictObject({ text: z.string().max(1_048_576) }), output: ProfileView },
  'profile.remove': { input: z.strictObject({ id: z.string() }), output: done },
  'profile.make': {
    input: z.strictObject({
      device: z.string(),
      id: z.string().max(64),
      name: z.string().max(80),
      maker: z.string().max(80),
      model: z.string().max(80),
      source: z.string().min(1).max(300),
    }),
    output: z.object({ text: z.string() }),
  },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

/** Views of the field. A part of TOPICS. */
export const FIELD_TOPICS = {
  ports: { params: none, row: PortView, keep: null },
  buses: { params: none, row: BusView, keep: null },
  units: { params: z.strictObject({ bus: z.string().optional() }), row: BusUnitView, keep: null },
  radios: { params: none, row: RadioView, keep: null },
  adverts: { params: none, row: AdvertView, keep: null },
  'mqtt-topics': { params: z.strictObject({ filter: z.string().max(256).optional() }), row: MqttTopicView, keep: null },
  tools: { params: none, row: ToolView, keep: null },
  'tool-lines': { params: z.strictObject({ session }), row: ToolLineView, keep: 1000 },
  inbox: { params: none, row: FoundView, keep: null },
  scans: { params: none, row: ScanView, keep: null },
  matrix: { params: z.strictObject({ session }), row: MatrixView, keep: null },
  tries: { params: z.strictObject({ session }), row: TryView, keep: null },
} as const satisfies Record<string, { params: z.ZodType; row: z.ZodType; keep: number | null }>;
