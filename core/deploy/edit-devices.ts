import type { Document, Node, YAMLMap, YAMLSeq } from 'yaml';
import { GatewayError } from '../base/errors.ts';
import { openText, type Place, printText, writeOut, yaml } from './edit-text.ts';

type Plain = Readonly<Record<string, unknown>>;

/** A device that comes into a document, or takes the place of one that is there. */
export interface DeviceEdit {
  /** As it is to stand there; whether it is sound is the check's to say. */
  readonly device: Plain;
  /** Id of the device whose place it takes; null: it is added. */
  readonly replaces: string | null;
  /** The one to replace as it runs, with all its defaults: what is the same in it and in `device` stays as it is written, or unwritten. */
  readonly before?: Plain | null;
  /** Subscriptions that are added with it; one whose id is there already is replaced. */
  readonly subscriptions: readonly Plain[];
}

/** Before the first deployment there is nothing to edit. */
const EMPTY = 'schema: gatehouse/1\nname: site\n\ndevices: []\n\nsubscriptions: []\n';

const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A list of the document, made where it is missing. */
function listAt(document: Document, key: string): YAMLSeq {
  const path: Place = [key];
  writeOut(document, path);
  const there = document.getIn(path, true);
  if (yaml().isSeq(there)) {
    if (there.items.length === 0) there.flow = false; // `[]` would stay on one line for ever
    return there;
  }
  const made = document.createNode([]);
  document.setIn(path, made);
  return made as YAMLSeq; // what createNode makes of a list
}

const idAt = (item: unknown, key: string): unknown => (yaml().isMap(item) ? item.get(key) : undefined);

/** A new map; the small ones in it, such as points and links, on one line each. */
function newNode(document: Document, value: Plain): Node {
  const node = document.createNode(value);
  for (const pair of node.items) {
    if (yaml().isMap(pair.value)) pair.value.flow = true;
    if (yaml().isSeq(pair.value)) for (const item of pair.value.items) if (yaml().isMap(item)) item.flow = true;
  }
  return node;
}

/** Sets what is different and leaves the rest, with its comments and its order, as it was. `before`: what the map means now. */
function merge(document: Document, map: YAMLMap, value: Plain, before: unknown): void {
  const known = isPlain(before) ? before : {};
  for (const pair of [...map.items]) {
    const key = yaml().isScalar(pair.key) ? String(pair.key.value) : '';
    if (!(key in value)) map.delete(key);
  }
  for (const [key, next] of Object.entries(value)) {
    if (key in known && same(known[key], next)) continue;
    const alias = map.get(key, true);
    const there = yaml().isAlias(alias) ? alias.resolve(document) : alias;
    if (there && same(there.toJS(document), next)) continue;
    if (yaml().isAlias(alias)) map.set(key, newValue(document, next));
    else if (yaml().isMap(there) && isPlain(next)) merge(document, there, next, known[key]);
    else if (yaml().isSeq(there) && Array.isArray(next)) mergeList(document, there, next, known[key]);
    else map.set(key, newValue(document, next));
  }
}
function newValue(document: Document, value: unknown): Node {
  const node = document.createNode(value);
  if (yaml().isMap(node)) node.flow = true;
  if (yaml().isSeq(node)) for (const item of node.items) if (yaml().isMap(item)) item.flow = true;
  return node;
}

/** Points and the like are the same ones by their name. */
function mergeList(document: Document, list: YAMLSeq, values: readonly unknown[], before: unknown): void {
  const known: readonly unknown[] = Array.isArray(before) ? before : [];
  const items = list.items;
  list.items = values.map((value) => {
    const name = isPlain(value) ? value['name'] : undefined;
    const there = items.find((item) => name !== undefined && idAt(item, 'name') === name);
    if (!yaml().isMap(there) || !isPlain(value)) return newValue(document, value);
    merge(
      document,
      there,
      value,
      known.find((one) => isPlain(one) && one['name'] === name),
    );
    return there;
  });
}

function putDevice(document: Document, { device, replaces, before = null }: DeviceEdit): void {
  const list = listAt(document, 'devices');
  if (replaces !== null) {
    const at = list.items.findIndex((item) => idAt(item, 'id') === replaces);
    if (at === -1) {
      throw new GatewayError('adapter/unknown-device', `The document has no device "${replaces}".`);
    }
    writeOut(document, ['devices', at]);
    const there = list.items[at];
    if (yaml().isMap(there)) merge(document, there, device, before);
    return;
  }
  const node = newNode(document, device);
  node.spaceBefore = list.items.length > 0;
  list.add(node);
}

function putSubscription(document: Document, subscription: Plain): void {
  const list = listAt(document, 'subscriptions');
  const node = newValue(document, subscription);
  const at = list.items.findIndex((item) => idAt(item, 'id') === subscription['id']);
  if (at === -1) list.add(node);
  else list.items[at] = node;
}

/**
 * Puts a device into the text of a deployment document, YAML or JSON; everything else stays as it was written, with its comments and its
 * order. Null: there is no document yet. Throws `document/unreadable`, and `adapter/unknown-device` where the one to replace is not there.
 */
export function editDevices(text: string | null, edit: DeviceEdit): string {
  const before = text ?? EMPTY;
  const document = openText(before);
  putDevice(document, edit);
  for (const one of edit.subscriptions) putSubscription(document, one);
  return printText(document, before);
}
