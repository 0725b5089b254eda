import { describe, expect, it } from 'vitest';
import { createPinGate, hashPin, isPin } from '../../../core/security/pin.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';

const codeOf = (work: Promise<void>): Promise<string> =>
  work.then(
    () => 'in',
    (error: { code: string }) => error.code,
  );

describe('the PIN that ends the kiosk', () => {
  it.each([
    ['1234', true],
    ['123456789012', true],
    ['123', false],
    ['1234567890123', false],
    ['12a4', false],
    ['', false],
  ])('%j may be a PIN: %s', (text, expected) => {
    expect(isPin(text)).toBe(expected);
  });

  it('lets in the right one only, and keeps no PIN in plain text', async () => {
    const gate = createPinGate(createManualClock());
    const kept = await hashPin('4711');
    expect(kept).not.toContain('4711');
    expect(await hashPin('4711')).not.toBe(kept);
    expect(await codeOf(gate.check('4711', kept))).toBe('in');
    expect(await codeOf(gate.check('4712', kept))).toBe('kiosk/wrong-pin');
    expect(await codeOf(gate.check('4711', 'garbage'))).toBe('kiosk/wrong-pin');
  });

  it('makes guessing slow: after three wrong ones even the right one has to wait', async () => {
    const clock = createManualClock();
    const gate = createPinGate(clock);
    const kept = await hashPin('4711');
    for (const pin of ['0000', '0001', '0002']) expect(await codeOf(gate.check(pin, kept))).toBe('kiosk/wrong-pin');
    expect(await codeOf(gate.check('4711', kept))).toBe('kiosk/wait');
    await clock.advance(5000);
    expect(await codeOf(gate.check('0003', kept))).toBe('kiosk/wrong-pin');
    await clock.advance(9000);
    expect(await codeOf(gate.check('4711', kept))).toBe('kiosk/wait');
    await clock.advance(1000);
    expect(await codeOf(gate.check('4711', kept))).toBe('in');
  });
});
