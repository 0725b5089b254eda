import type { z } from 'zod';
import { Device } from '../contract/document/devices.ts';
import { FunctionSpec } from '../contract/document/functions.ts';
import { Outbox } from '../contract/document/outbox.ts';
import { Servers } from '../contract/document/servers.ts';
import { Subscription } from '../contract/document/subscriptions.ts';
import { crossCheck } from './cross-check.ts';
import type { CrossFault } from './cross-fault.ts';

interface Sound<T> {
  /** Where it stands in the document. */
  readonly index: number;
  readonly value: T;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function sound<T>(list: readonly unknown[], schema: z.ZodType<T>): readonly Sound<T>[] {
  return list.flatMap((raw, index) => {
    const parsed = schema.safeParse(raw);
    return parsed.success ? [{ index, value: parsed.data }] : [];
  });
}

const namesOf = (list: readonly unknown[], key: string): readonly string[] =>
  list.flatMap((raw) => {
    const name = isRecord(raw) ? raw[key] : undefined;
    return typeof name === 'string' ? [name] : [];
  });

/** Cross-checks the parts that are sound by themselves, so that a slip in one of them does not hide the faults between the others. */
export function crossCheckSoundParts(raw: unknown): readonly CrossFault[] {
  if (!isRecord(raw)) return [];
  const lists = {
    devices: listOf(raw['devices']),
    functions: listOf(raw['functions']),
    subscriptions: listOf(raw['subscriptions']),
  };
  const devices = sound(lists.devices, Device);
  const functions = sound(lists.functions, FunctionSpec);
  const subscriptions = sound(lists.subscriptions, Subscription);
  const places: Readonly<Record<string, readonly Sound<unknown>[]>> = { devices, functions, subscriptions };
  const parts = {
    outbox: Outbox.safeParse(raw['outbox'] ?? {}).data,
    servers: Servers.safeParse(raw['servers'] ?? {}).data,
    devices: devices.map((one) => one.value),
    functions: functions.map((one) => one.value),
    subscriptions: subscriptions.map((one) => one.value),
  };
  const known = {
    devices: namesOf(lists.devices, 'id'),
    functions: namesOf(lists.functions, 'name'),
    subscriptions: namesOf(lists.subscriptions, 'id'),
  };
  return crossCheck(parts, known).map((fault) => {
    const [area, at, ...rest] = fault.path;
    const index = typeof at === 'number' ? places[String(area)]?.[at]?.index : undefined;
    return index === undefined ? fault : { ...fault, path: [String(area), index, ...rest] };
  });
}
