import type { OwnFarEnd } from './far-end.ts';
import type { Step } from './plan.ts';
import { flowing, pause, type Rig, until, within } from './rig.ts';

type Line = Extract<Step, { kind: 'line' }>;

const SLOW_MS = 250;
const NARROW_BYTES_PER_S = 8000;

/** Does this to the line for a while, then waits until messages arrive again. */
export async function injectLine(rig: Rig, step: Line): Promise<void> {
  const { proxy } = rig;
  const { how, holdMs } = step;
  if (how === 'blackhole') proxy.setMode('blackhole');
  if (how === 'refused') proxy.setMode('refuse');
  if (how === 'slow') proxy.setDelay(SLOW_MS);
  if (how === 'narrow') proxy.setRate(NARROW_BYTES_PER_S);
  if (how === 'reset' || how === 'refused') proxy.resetAll();
  await pause(holdMs);
  // Bytes were swallowed: what goes on over these connections would be garbage.
  if (how === 'blackhole') proxy.resetAll();
  proxy.setMode('pass');
  proxy.setDelay(0);
  proxy.setRate(0);
  await flowing(rig, `line ${how}`);
}

type Broker = Extract<Step, { kind: 'broker' }>;

const QUIET_MS = 300;
/** So often the gateway may offer one message before it gives it up, and so long that may take. */
const HANG_UPS = 8;
const GIVEN_UP_MS = 15_000;
const QUOTA_EXCEEDED = 0x97;
const NOT_AUTHORISED = 0x87;

async function restartMosquitto(rig: Rig, holdMs: number): Promise<void> {
  if (rig.farEnd.kind !== 'mosquitto') return;
  // What it has acknowledged must have reached the ledger: mosquitto itself would forget it.
  rig.proxy.setMode('blackhole');
  await pause(QUIET_MS);
  rig.proxy.setMode('refuse');
  rig.proxy.resetAll();
  await rig.farEnd.restart(holdMs);
  rig.proxy.setMode('pass');
}

/** One message can never be taken and closes the line; the others must get past it. */
async function tooLarge(rig: Rig, farEnd: OwnFarEnd): Promise<void> {
  const { hangUps, arrivals } = farEnd;
  farEnd.mischief.tooLarge = 1;
  await until(() => farEnd.hangUps >= hangUps + HANG_UPS, GIVEN_UP_MS);
  farEnd.mischief.tooLarge = 0;
  const before = arrivals.length;
  const past = (): boolean => arrivals.slice(before).some((one) => one.answer === 'taken');
  if (!(await until(past, GIVEN_UP_MS))) rig.note('gateway', 'nothing came past a message that is too large');
}

/** Lets the far end misbehave, then waits until messages arrive again. */
export async function injectBroker(rig: Rig, step: Broker): Promise<void> {
  const { farEnd } = rig;
  const { how, count, holdMs, reason } = step;
  if (how === 'restart') await restartMosquitto(rig, holdMs);
  else if (farEnd.kind === 'own' && how === 'too-large') await tooLarge(rig, farEnd);
  else if (farEnd.kind === 'own') {
    const { mischief } = farEnd;
    if (how === 'missing' || how === 'doubled' || how === 'refused' || how === 'declined') {
      mischief.refusedReason = reason;
      mischief[how] = count;
      await within(farEnd.next(count + 1), holdMs * 10);
      mischief[how] = 0;
    } else {
      if (how === 'turned-away') mischief.turnAway = count % 2 === 0 ? QUOTA_EXCEEDED : NOT_AUTHORISED;
      farEnd.closeAll();
      await pause(holdMs);
      mischief.turnAway = 0;
    }
  }
  await flowing(rig, `broker ${how}`);
}
