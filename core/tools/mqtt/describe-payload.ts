import { decodePayload, type Metric } from '../../adapters/sparkplug/payload.ts';
import { decodeValue } from '../../adapters/sparkplug/values.ts';
import type { MqttTopicView } from '../../contract/field-views.ts';

type Described = Pick<MqttTopicView, 'kind' | 'facts'>;
type Facts = MqttTopicView['facts'];

const MAX_FACTS = 100;
const MAX_DEPTH = 6;
const MAX_TEXT = 200;
const PRINTABLE = /^[\t\n\r\x20-\x7e\u00a0-\uffff]*$/;
const decoder = new TextDecoder('utf-8', { fatal: true });

const short = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text);

/** The values of a JSON document with the paths that a point would name. */
function factsOf(value: unknown, path: string, depth: number, facts: Facts): Facts {
  if (facts.length >= MAX_FACTS) return facts;
  if (typeof value !== 'object' || value === null) {
    facts.push({ name: short(path), value: short(String(value)) });
    return facts;
  }
  if (depth >= MAX_DEPTH) return facts;
  const steps = Array.isArray(value)
    ? value.map((one, i): [string, unknown] => [`${path}[${i}]`, one])
    : Object.entries(value).map(([name, one]): [string, unknown] => [stepped(path, name), one]);
  for (const [next, one] of steps) factsOf(one, next, depth + 1, facts);
  return facts;
}
function stepped(path: string, name: string): string {
  if (/[.[\]]/.test(name) || name === '') return `${path}["${name}"]`;
  return path === '' ? name : `${path}.${name}`;
}

function metricFact({ name, alias, datatype, isNull, value }: Metric): Facts[number] {
  const said = name || (alias === undefined ? '?' : `alias ${alias}`);
  if (isNull || !value) return { name: short(said), value: 'no value' };
  const decoded = datatype === undefined ? undefined : decodeValue(datatype, value);
  if (!decoded) return { name: short(said), value: 'its type is in the birth message' };
  return { name: short(said), value: short(decoded.ok ? String(decoded.value) : decoded.why) };
}

function describeSparkplug(bytes: Uint8Array): Described {
  const decoded = decodePayload(bytes);
  if (!decoded.ok) return { kind: 'sparkplug', facts: [{ name: 'fault', value: decoded.why }] };
  const { seq, metrics } = decoded.payload;
  const facts = metrics.slice(0, MAX_FACTS).map(metricFact);
  return { kind: 'sparkplug', facts: seq === undefined ? facts : [{ name: 'seq', value: String(seq) }, ...facts] };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** What a message is, and what is in it. `whole`: all of its bytes are there. Never throws. */
export function describePayload(topic: string, bytes: Uint8Array, whole: boolean): Described {
  if (bytes.length === 0) return { kind: 'empty', facts: [] };
  if (topic.startsWith('spBv1.0/') && !topic.startsWith('spBv1.0/STATE/')) {
    return whole ? describeSparkplug(bytes) : { kind: 'sparkplug', facts: [] };
  }
  const text = textOf(bytes);
  if (text === undefined || !PRINTABLE.test(text)) return { kind: 'binary', facts: [] };
  if (!/^\s*[[{]/.test(text)) return { kind: 'text', facts: [] };
  try {
    return { kind: 'json', facts: factsOf(JSON.parse(text), '', 0, []) };
  } catch {
    return { kind: whole ? 'text' : 'json', facts: [] };
  }
}
