import { afterEach, describe, expect, it } from 'vitest';
import { type OpenConsole, openConsole } from '../render.tsx';

describe('leaving the kiosk', () => {
  let screen: OpenConsole;
  afterEach(async () => {
    await screen.close();
    Reflect.deleteProperty(window, 'gatehouse');
  });

  it('is not offered where the console is not in a kiosk', async () => {
    screen = await openConsole('#/overview');
    await screen.click(screen.get('button', 'Console settings'));
    expect(screen.text()).not.toContain('Leave the full screen');
  });

  it('asks for the PIN, takes digits only, and hands it to core', async () => {
    Object.defineProperty(window, 'gatehouse', {
      configurable: true,
      value: { kiosk: true, send: () => undefined, onFrame: () => () => undefined },
    });
    screen = await openConsole('#/overview');
    await screen.click(screen.get('button', 'Console settings'));
    await screen.click(screen.get('button', 'Leave the full screen'));
    const leave = (): HTMLButtonElement => screen.get('button', 'Leave and stop the gateway') as HTMLButtonElement;
    expect(leave().disabled).toBe(true);
    await screen.type(screen.get('#kiosk-pin'), '12a4');
    expect(screen.text()).toContain('digits only');
    expect(leave().disabled).toBe(true);
    await screen.type(screen.get('#kiosk-pin'), '4711');
    await screen.click(screen.get('button', 'Leave and stop the gateway'));
    expect(screen.fake.asked).toContainEqual({ method: 'kiosk.exit', input: { pin: '4711' } });
    expect((screen.get('#kiosk-pin') as HTMLInputElement).value).toBe('');
  });
});
