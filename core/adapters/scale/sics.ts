import { type Mass, plus, type Weighing } from './weighing.ts';

/** One line of MT-SICS (Mettler Toledo Standard Interface Command Set, levels 0 and 1). */
export type SicsLine =
  | { readonly kind: 'weight'; readonly id: string; readonly stable: boolean; readonly mass: { value: number; unit: string } }
  /** Done or known: `Z A`, `TAC A`, `TA A 10.00 g`. */
  | { readonly kind: 'done'; readonly id: string; readonly mass: { value: number; unit: string } | undefined }
  | { readonly kind: 'refused'; readonly id: string; readonly state: 'overload' | 'underload' | 'busy'; readonly why: string }
  /** ES, ET, EL: the scale does not know the question, or did not get it whole. */
  | { readonly kind: 'error'; readonly why: string }
  | { readonly kind: 'unknown' };

const WEIGHT = /^(S|T|TI) ([SD]) +(-? *\d+(?:\.\d+)?) +([A-Za-z%]{1,5}) *$/;
const DONE = /^(Z|ZI|T|TI|TA|TAC|S|SI) A(?: +(-? *\d+(?:\.\d+)?) +([A-Za-z%]{1,5}))? *$/;
const IMMEDIATE_ZERO = /^ZI [SD] *$/;
const REFUSED = /^(S|Z|ZI|T|TI|TA|TAC) ([I+\-L]) *$/;

const REFUSALS: Readonly<Record<string, { state: 'overload' | 'underload' | 'busy'; why: string }>> = {
  I: { state: 'busy', why: 'the scale cannot do that now: it is busy, or it does not come to rest' },
  '+': { state: 'overload', why: 'overload' },
  '-': { state: 'underload', why: 'underload' },
  L: { state: 'busy', why: 'the scale does not understand the value' },
};
const ERRORS: Readonly<Record<string, string>> = {
  ES: 'the scale does not know this command',
  ET: 'the scale did not get the command whole',
  EL: 'the scale cannot do this command',
};

function massOf(digits: string | undefined, unit: string | undefined): { value: number; unit: string } | undefined {
  return digits === undefined || unit === undefined ? undefined : { value: Number(digits.replace(/ /g, '')), unit };
}

/** Without its CR LF. Pure; never throws. */
export function decodeSics(line: string): SicsLine {
  const weight = WEIGHT.exec(line);
  const mass = massOf(weight?.[3], weight?.[4]);
  if (weight && mass) return { kind: 'weight', id: weight[1] ?? '', stable: weight[2] === 'S', mass };
  const done = DONE.exec(line);
  if (done) return { kind: 'done', id: done[1] ?? '', mass: massOf(done[2], done[3]) };
  if (IMMEDIATE_ZERO.test(line)) return { kind: 'done', id: 'ZI', mass: undefined };
  const refused = REFUSED.exec(line);
  const refusal = REFUSALS[refused?.[2] ?? ''];
  if (refused && refusal) return { kind: 'refused', id: refused[1] ?? '', ...refusal };
  const error = ERRORS[line.trim()];
  return error === undefined ? { kind: 'unknown' } : { kind: 'error', why: error };
}

/** What the answers to SI and TA say together. `tare` is undefined where no point needs it. */
export function weighingOf(answer: SicsLine, tare: Mass | undefined): Weighing {
  const missing = (why: string): Mass => ({ missing: why });
  const known = tare ?? missing('the tare is not asked');
  if (answer.kind !== 'weight') {
    const why = answer.kind === 'refused' || answer.kind === 'error' ? answer.why : 'the scale gave no weight';
    const none = missing(why);
    return {
      weight: none,
      gross: none,
      net: none,
      tare: known,
      stable: undefined,
      state: answer.kind === 'refused' ? answer.state : 'busy',
    };
  }
  const { mass, stable } = answer;
  return { weight: mass, net: mass, gross: plus(mass, known), tare: known, stable, state: stable ? 'stable' : 'moving' };
}
