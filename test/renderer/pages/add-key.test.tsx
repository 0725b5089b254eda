import { afterEach, describe, expect, it } from 'vitest';
import { isWholeKey, keyFault, tidyKey } from '../../../renderer/pages/devices/add/bind-key.ts';
import { withFacts } from '../../../renderer/pages/devices/add/draft.ts';
import { type OpenConsole, openConsole } from '../render.tsx';

const KEY = '231D39C1D7CC1AB1AEE224CD096DB932';

describe('adding an encrypted Bluetooth device', { timeout: 60_000 }, () => {
  let screen: OpenConsole;
  afterEach(() => screen.close());

  const inputs = (method: string): unknown[] =>
    screen.fake.asked.filter((call) => call.method === method).map((call) => call.input);
  async function settle(): Promise<void> {
    await screen.fire(window as unknown as Element, new HashChangeEvent('hashchange'));
    for (let i = 0; i < 4; i += 1) await screen.pass(500);
  }
  async function press(name: string | RegExp): Promise<void> {
    await screen.click(screen.get('button', name));
    await settle();
  }
  const isDisabled = (name: string): boolean => (screen.get('button', name) as HTMLButtonElement).disabled;
  async function toTry(): Promise<void> {
    screen = await openConsole('#/devices/add');
    expect(screen.text()).toContain('BTHome v2, encrypted: needs the device’s key');
    await press('Add BTHome v2');
    await press('Continue');
  }

  it('asks for the key before anything is tried, and takes it by touch', async () => {
    await toTry();
    expect(screen.text()).toContain('Shelly, in its app');
    expect(inputs('commission.try')).toEqual([]);
    expect(isDisabled('Try this key')).toBe(true);
    for (const digit of KEY) await screen.click(screen.get('.key-pad button', new RegExp(`^${digit}$`)));
    expect(screen.text()).toContain('32 of 32 digits');
    await press('Try this key');
    expect(inputs('commission.key')).toEqual([{ address: '54:48:E6:8F:80:A5', bindKey: KEY }]);
    expect(screen.text()).toContain('The key fits. The device tells: temperature, window.');
    await press('Agree and try');
    expect(inputs('commission.try')).toMatchObject([{ bindKey: KEY, consent: true }]);
    expect(screen.text()).toContain('Window');
  });

  it('says what is wrong with a key while it is typed, and takes it with blanks', async () => {
    await toTry();
    await screen.type(screen.get('#bind-key'), '23 1d 3g');
    expect(screen.text()).toContain('“G” is no hex digit');
    await screen.type(screen.get('#bind-key'), `${KEY}0`);
    expect(screen.text()).toContain('These are 33 digits; a key has 32.');
    expect(isDisabled('Try this key')).toBe(true);
    await screen.type(screen.get('#bind-key'), '23:1d:39:c1-d7cc1ab1 aee224cd096db932');
    expect(isDisabled('Try this key')).toBe(false);
  });

  it('says that a key does not fit, and saves the one that does beside the draft, not in it', async () => {
    await toTry();
    await screen.type(screen.get('#bind-key'), KEY.replaceAll('2', '0'));
    await press('Try this key');
    expect(screen.text()).toContain('The key does not fit 54:48:E6:8F:80:A5: tag check failed.');
    expect(inputs('commission.try')).toEqual([]);
    await screen.type(screen.get('#bind-key'), KEY);
    await press('Try this key');
    await press('Agree and try');
    await press(/^(Values are right|Save all the same)$/);
    await press('Save');
    const [saved] = inputs('commission.save') as { draft: object; bindKey: string }[];
    expect(saved?.bindKey).toBe(KEY);
    expect(JSON.stringify(saved?.draft)).not.toContain(KEY);
    expect(saved?.draft).toMatchObject({ keySecret: 'bluetooth/5448E68F80A5' });
  });

  it('says at the end that a device without its key gives no values', async () => {
    await toTry();
    await press('Save without trying');
    expect(screen.text()).toContain('It is saved without its key');
  });

  it('names it as encrypted where Bluetooth is looked at', async () => {
    screen = await openConsole('#/tools/bluetooth/54:48:E6:8F:80:A5');
    await settle();
    expect(screen.text()).toContain('BTHome v2, encrypted: needs the device’s key');
    expect(screen.text()).toContain('Its values are encrypted.');
  });
});

it('tells a key from what is none', () => {
  expect(tidyKey(' 23:1d-39 c1 ')).toBe('231D39C1');
  expect([keyFault(''), keyFault('231D'), keyFault('XY')?.slice(0, 3)]).toEqual([null, null, '“X”']);
  expect([KEY, KEY.slice(1), `${KEY}0`, ''].map(isWholeKey)).toEqual([true, false, false, false]);
});

it('gives a draft the values that the device tells, and leaves those of a template', () => {
  const point = (value: string) => ({ name: value, label: value.toUpperCase(), value });
  const draft = { adapter: 'ble', points: [point('temperature'), point('humidity'), point('battery')] };
  const facts = [
    { name: 'packet', value: 7, unit: '' },
    { name: 'temperature', value: 21, unit: '°C' },
    { name: 'window', value: true, unit: '' },
  ];
  expect(withFacts(draft, facts)['points']).toEqual([point('temperature'), { name: 'window', label: 'Window', value: 'window' }]);
  expect(withFacts(draft, [])).toBe(draft);
  const template = { ...draft, profile: 'shelly-blu-ht@1' };
  expect(withFacts(template, facts)).toBe(template);
});
