import type { z } from 'zod';

/** One thing that does not fit a schema, in a technician's words. */
export interface SchemaFault {
  readonly path: readonly (string | number)[];
  /** True where `path` names a key that should not be there. */
  readonly unknownKey: boolean;
  /** What is wrong, to be read after the path; without a full stop. */
  readonly message: string;
  readonly remedy: string;
}

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a group of fields',
  record: 'a group of fields',
  array: 'a list',
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function given(input: unknown): string {
  if (input === null || input === '') return 'empty';
  if (typeof input === 'string') return input.length <= 40 ? `"${input}"` : 'this text';
  if (typeof input === 'number' || typeof input === 'boolean') return String(input);
  return Array.isArray(input) ? 'a list' : 'a group of fields';
}
const kindGiven = (input: unknown): string =>
  input === null ? 'empty' : Array.isArray(input) ? 'a list' : (NAMES[typeof input] ?? given(input));

/** `"a", "b" or "c"` */
function oneOf(parts: readonly string[]): string {
  const all = [...new Set(parts)];
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
}
const quoted = (values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(value) ?? String(value));

function size(origin: string, amount: number | bigint, most: boolean): string {
  const bound = most ? 'at most' : 'at least';
  if (origin === 'string') return !most && amount === 1 ? 'must not be empty' : `must have ${bound} ${amount} characters`;
  if (origin === 'array') return most ? `must not have more than ${amount} entries` : `needs at least ${amount} entries`;
  return `must be ${bound} ${amount}`;
}

function wrongType(expected: string, input: unknown): string {
  const name = NAMES[expected] ?? expected;
  if (input === undefined) return `is missing; it must be ${name}`;
  if (typeof input === 'number' && !Number.isFinite(input)) return 'is not a number that can be used';
  return `must be ${name}, not ${expected === 'int' && typeof input === 'number' ? input : kindGiven(input)}`;
}

function worded(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, issue.input);
    case 'invalid_value':
      return `${issue.input === undefined ? 'is missing; it ' : ''}must be ${oneOf(quoted(issue.values))}${issue.input === undefined ? '' : `, not ${given(issue.input)}`}`;
    case 'too_small':
      return size(issue.origin, issue.minimum, false);
    case 'too_big':
      return size(issue.origin, issue.maximum, true);
    case 'invalid_format':
      return 'is not written in the right form';
    default:
      return undefined;
  }
}

/** To be given to `safeParse`: own wording where the schema has none, and the values that `schemaFaults` looks at. */
export const WORDING = { error: worded, reportInput: true } as const;

function remedyOf(issue: Issue): string {
  if (issue.input === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value')) return 'Add it.';
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'string' && typeof issue.input !== 'object') return 'Write the value in quotes.';
      if (issue.expected === 'number' && typeof issue.input === 'string')
        return 'Write a number, without quotes and without a unit.';
      return 'Give a value of the kind that is named.';
    case 'invalid_value':
      return 'Choose one of the values that are named.';
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array' ? 'Fill it in.' : 'Give a larger value.';
    case 'too_big':
      return issue.origin === 'string'
        ? 'Shorten it.'
        : issue.origin === 'array'
          ? 'Remove some entries.'
          : 'Give a smaller value.';
    case 'invalid_format':
      return 'Write it in the form that is named.';
    default:
      return 'Mend this value.';
  }
}

const missing = (issue: Issue | undefined): boolean =>
  issue !== undefined && issue.code === 'invalid_type' && issue.path.length > 0 && issue.input === undefined;

/** A choice between kinds that none fits: says what the choice is, or, where it is plain which kind was meant, what is wrong with that. */
function unionFaults(issue: Extract<Issue, { code: 'invalid_union' }>, path: Path): readonly SchemaFault[] {
  const say = (message: string, remedy: string): SchemaFault[] => [{ path, unknownKey: false, message, remedy }];
  if ('options' in issue && Array.isArray(issue.options) && 'discriminator' in issue) {
    const key = String(issue.discriminator);
    const input = isRecord(issue.input) ? issue.input[key] : issue.input;
    const known = oneOf(quoted(issue.options));
    return say(
      input === undefined ? `is missing; it must be ${known}` : `must be ${known}, not ${given(input)}`,
      'Choose one of the values that are named.',
    );
  }
  const branches = issue.errors;
  const atRoot = branches.flat().filter((one) => one.path.length === 0);
  const values = atRoot.flatMap((one) => (one.code === 'invalid_value' ? one.values : []));
  if (values.length > 0)
    return say(`must be ${oneOf(quoted(values))}, not ${given(issue.input)}`, 'Choose one of the values that are named.');
  const types = atRoot.flatMap((one) => (one.code === 'invalid_type' ? [NAMES[one.expected] ?? one.expected] : []));
  if (types.length === branches.length) {
    const what = oneOf(types);
    if (issue.input === undefined) return say(`is missing; it must be ${what}`, 'Add it.');
    return say(`must be ${what}, not ${kindGiven(issue.input)}`, 'Give a value of the kind that is named.');
  }
  const wanted = branches.flatMap((errors) => (missing(errors[0]) ? [String(errors[0]?.path[0])] : []));
  if (wanted.length === branches.length) return say(`needs ${oneOf(quoted(wanted))}`, 'Add one of them.');
  /** Of more than one kind at once: each of these lacks nothing, and does not know what belongs to the others. */
  const whole = branches.filter((errors) => errors.every((one) => one.code === 'unrecognized_keys'));
  const strangers = whole.flatMap((errors) => errors.flatMap((one) => (one.code === 'unrecognized_keys' ? one.keys : [])));
  if (whole.length > 1) return say(`${quoted([...new Set(strangers)]).join(' and ')} do not go together`, 'Remove one of them.');
  const astray = (errors: readonly Issue[]): number =>
    errors.filter((one) => missing(one) || one.code === 'unrecognized_keys').length;
  const best = [...branches].sort((a, b) => astray(a) - astray(b) || a.length - b.length)[0] ?? [];
  return best.flatMap((one) => faultsOf(one, path));
}

function faultsOf(issue: Issue, base: Path): readonly SchemaFault[] {
  const path: Path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        unknownKey: true,
        message: `"${key}" is not known here`,
        remedy: 'Remove it, or check its spelling.',
      }));
    case 'invalid_union':
      return unionFaults(issue, path);
    case 'invalid_key':
      return [
        {
          path,
          unknownKey: true,
          message: `the name ${issue.issues[0]?.message ?? 'cannot be used'}`,
          remedy: 'Choose another name.',
        },
      ];
    default:
      return [{ path, unknownKey: false, message: issue.message, remedy: remedyOf(issue) }];
  }
}

/** All that is wrong, each place once. The value must have been parsed with `WORDING`. */
export function schemaFaults(error: z.core.$ZodError): readonly SchemaFault[] {
  const seen = new Map<string, SchemaFault>();
  // Where a place breaks two rules, the later one is the narrower.
  for (const fault of error.issues.flatMap((issue) => faultsOf(issue, []))) seen.set(JSON.stringify(fault.path), fault);
  return [...seen.values()];
}
