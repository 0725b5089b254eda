import { afterEach, describe, expect, it } from 'vitest';
import { type OpenConsole, openConsole } from '../render.tsx';

// Every step draws some hundred cells, which takes a busy machine a while.
describe('adding a device', { timeout: 60_000 }, () => {
  let screen: OpenConsole;
  afterEach(() => screen.close());

  const inputs = (method: string): unknown[] =>
    screen.fake.asked.filter((call) => call.method === method).map((call) => call.input);
  /** A step is another address; what it asks for needs a moment. */
  async function settle(): Promise<void> {
    await screen.fire(window as unknown as Element, new HashChangeEvent('hashchange'));
    for (let i = 0; i < 4; i += 1) await screen.pass(500);
  }
  async function press(name: string | RegExp): Promise<void> {
    await screen.click(screen.get('button', name));
    await settle();
  }
  async function type(number: string): Promise<void> {
    for (const key of number) await screen.click(screen.get('.pad-keys button', key === '.' ? /^\.$/ : new RegExp(`^${key}$`)));
  }
  /** What the device's display shows now. */
  async function typeShown(): Promise<void> {
    await screen.click(screen.get('[role=radio]', /^Float/));
    await type(screen.get('.matrix-cell', /^40001, float ABCD/).textContent ?? '');
  }
  async function toMatrix(): Promise<void> {
    screen = await openConsole('#/devices/add');
    await press('Add Silicon Labs');
    await press('Search…');
    await press('Agree and search');
    for (let i = 0; i < 12; i += 1) await screen.pass(500);
    await press('Read its registers: unit 17');
  }

  it('shows what was found with what it probably is, and why', async () => {
    screen = await openConsole('#/devices/add');
    const text = screen.text();
    expect(text).toContain('Silicon Labs CP2102');
    expect(text).toContain('Surely: RuuviTag sensor');
    expect(text).toContain('Its advertisement is Ruuvi data format 5');
    expect(text).toContain('At another place now');
    expect(text).toContain('Already set up (1)');
    // what is not there cannot be added
    expect((screen.get('button', 'Add boiler-1') as HTMLButtonElement).disabled).toBe(true);
  });

  it('ignores what nobody wants, and brings it back', async () => {
    screen = await openConsole('#/devices/add');
    await press('Ignore Ruuvi');
    expect(screen.text()).toContain('Ignored (1)');
    expect(screen.all('button', 'Add Ruuvi')).toHaveLength(0);
    await press('Show again: Ruuvi');
    expect(inputs('inbox.ignore')).toEqual([
      { id: 'ble:CB:B8:33:4C:88:4F', ignored: true },
      { id: 'ble:CB:B8:33:4C:88:4F', ignored: false },
    ]);
    expect(screen.all('button', 'Add Ruuvi')).toHaveLength(1);
  });

  it('asks addresses of the network only after consent, and only with an address', async () => {
    screen = await openConsole('#/devices/add');
    await press('Look for Modbus TCP');
    await press(/^Look$/);
    expect(inputs('inbox.look')).toEqual([]);
    await screen.type(screen.get('#look-addresses'), '10.0.0.7, 10.0.0.8:1502');
    await press(/^Look$/);
    expect(inputs('inbox.look')).toEqual([{ addresses: ['10.0.0.7', '10.0.0.8:1502'], by: 'Technician', consent: true }]);
  });

  it('searches the line only after consent, and says what it does', async () => {
    screen = await openConsole('#/devices/add');
    await press('Add Silicon Labs');
    expect(screen.text()).toContain('units 1 to 32');
    await press('Search…');
    expect(screen.text()).toContain('Nothing is written.');
    expect(inputs('scan.start')).toEqual([]);
    await press('Agree and search');
    expect(inputs('scan.start')).toMatchObject([
      {
        link: { kind: 'serial', path: '/dev/ttyUSB2' },
        framings: ['rtu'],
        units: { from: 1, to: 32 },
        stopAtFirst: true,
        consent: true,
      },
    ]);
    for (let i = 0; i < 12; i += 1) await screen.pass(500);
    expect(screen.text()).toContain('RTU 19200 8E1');
    expect(screen.text()).toContain('Use the template Eastron SDM630');
  });

  it('frees the line before the next step takes it', async () => {
    await toMatrix();
    const order = screen.fake.asked.map((call) => call.method).filter((one) => /^(scan\.close|matrix\.)/.test(one));
    expect(order).toEqual(['scan.close', 'matrix.open']);
    await typeShown();
    await press(/^40001, float ABCD 23/);
    await press('Take it and continue');
    expect(screen.fake.asked.map((call) => call.method)).toContain('matrix.close');
    await press('Continue');
    expect(inputs('commission.try')).toHaveLength(1);
  });

  it('gives the line back when the page is closed or loaded anew', async () => {
    await toMatrix();
    const [opened] = screen.fake.asked.filter((call) => call.method === 'matrix.open');
    expect(opened).toBeDefined();
    await screen.fire(window as unknown as Element, new Event('pagehide'));
    await screen.pass(100);
    expect(inputs('matrix.close')).toHaveLength(1);
  });

  it('lights up what fits the display; a second number leaves one', async () => {
    await toMatrix();
    // the display shows one of two numbers, each for ten seconds
    const isThere = (value: string): boolean => screen.all('.matrix-cell', new RegExp(`^40001, float ABCD: ${value}`)).length > 0;
    await screen.click(screen.get('[role=radio]', /^Float/));
    const [first, second] = isThere('231.25') ? ['231.25', '230.5'] : ['230.5', '231.25'];
    await type(first);
    expect(screen.get('[data-fit=best]').textContent).toBe(first);
    expect(screen.get('.matches-advice').textContent).toMatch(/places? fits?\./);
    await press('Second number');
    expect(screen.text()).toContain('Wait until the display shows another number');
    await type(first);
    expect(screen.text()).toContain('That is the number from before.');
    expect((screen.get('button', 'Second number') as HTMLButtonElement).disabled).toBe(true);
    for (const _ of first) await screen.click(screen.get('button', 'Delete the last digit'));
    for (let i = 0; i < 6 && !isThere(second); i += 1) await screen.pass(2000);
    await type(second);
    expect(screen.text()).toContain('1 place fits both numbers.');
    expect(screen.all('.match')).toHaveLength(1);
  });

  it('says what to do when nothing fits', async () => {
    await toMatrix();
    await type('99999');
    expect(screen.text()).toContain('Nothing here fits 99999. Move on, or read the other table.');
    expect(screen.text()).toContain('transformer ratio');
    await screen.type(screen.get('.pad-field'), '5-3');
    expect(screen.text()).toContain('5-3 is no number.');
    await screen.type(screen.get('.pad-field'), '-');
    expect(screen.text()).toContain('Type the number that the device’s own display shows now.');
    await press('Begin again');
    expect(screen.text()).toContain('Type the number that the device’s own display shows now.');
  });

  it('names an address as manuals do, and moves it by one', async () => {
    await toMatrix();
    expect(screen.text()).toContain('40001');
    await press('One register on');
    expect(inputs('matrix.move')).toEqual([{ session: expect.any(String), address: 1 }]);
    await screen.click(screen.get('[role=radio]', 'Input (3x)'));
    expect(inputs('matrix.move').at(-1)).toEqual({ session: expect.any(String), table: 'input' });
    await settle();
    expect(screen.text()).toContain('30002');
    await screen.click(screen.get('.matrix-cell', /^30002, 16 bit AB/));
    const names = (): string => screen.get('.cell-names').textContent ?? '';
    expect(names()).toBe('In manuals30002Zero-based1From one2Hex0x0001');
    await screen.click(screen.get('dialog[open] button', 'One register back'));
    expect(names()).toContain('30001');
    // the register before the first one that is read: it is read now, so that its value can be seen
    await settle();
    expect(screen.get('.cell-now').textContent).not.toContain('–');
    await press('Close');
    await screen.type(screen.get('[aria-label="First register, as manuals write it"]'), '40023');
    await screen.fire(screen.get('.address-field'), new Event('submit', { bubbles: true, cancelable: true }));
    expect(inputs('matrix.move').at(-1)).toEqual({ session: expect.any(String), table: 'holding', address: 22 });
    await screen.click(screen.get('button', 'One register on'));
    await screen.click(screen.get('button', 'One register on'));
    expect(inputs('matrix.move').at(-1)).toEqual({ session: expect.any(String), address: 24 });
  });

  it('walks the matrix with the arrow keys', async () => {
    await toMatrix();
    const first = screen.get('.matrix-cell', /^40001, 16 bit AB/);
    expect(screen.all('.matrix-cell[tabindex="0"]')).toEqual([first]);
    first.focus();
    await screen.press(first, 'ArrowDown');
    expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^40002, 16 bit AB/);
    await screen.press(document.activeElement ?? first, 'ArrowRight');
    expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^40002, signed 16 bit AB/);
  });

  it('makes a device of the value, with unit, limits and place, and saves it on what runs', async () => {
    await toMatrix();
    await typeShown();
    await press(/^40001, float ABCD 23/);
    await screen.click(screen.get('[role=radio]', /^V$/));
    await press('Take it and continue');
    expect(inputs('commission.draft')).toMatchObject([
      {
        found: 'usb:10c4:ea60:0001',
        with: {
          adapter: 'modbus-rtu',
          name: 'Eastron SDM630',
          unit: 17,
          points: [
            {
              name: 'voltage',
              label: 'Voltage',
              unit: 'V',
              decimals: expect.any(Number),
              table: 'holding',
              address: 0,
              type: 'float32',
              order: 'big',
            },
          ],
        },
      },
    ]);
    await press('Change Voltage');
    await screen.type(screen.get('#point-high'), '253');
    await screen.type(screen.get('#point-low'), '260');
    expect(screen.text()).toContain('Limits must rise');
    expect((screen.get('dialog[open] button', /^Done$/) as HTMLButtonElement).disabled).toBe(true);
    await screen.type(screen.get('#point-low'), '207');
    await press(/^Done$/);
    expect(screen.text()).toContain('Low 207, High 253');
    await press('Continue');
    expect(screen.text()).toContain('All values are good.');
    await press('Values are right');
    expect(screen.text()).toContain('becomes a new version');
    expect(screen.text()).toContain('meter-2-to-cloud');
    await screen.click(screen.get('.ticks label', /cloud/i));
    expect(screen.text()).toContain('meter-2-to-history');
    expect(screen.text()).not.toContain('meter-2-to-cloud');
    await screen.click(screen.get('.ticks label', /cloud/i));
    await press('Save the device');
    expect(inputs('commission.save')).toMatchObject([
      {
        draft: { points: [{ name: 'voltage', limits: { low: 207, high: 253 } }] },
        replaces: null,
        to: { history: true, cloud: true },
        basedOn: 2,
        by: 'Technician',
      },
    ]);
    expect(screen.text()).toContain('Version 3 of the deployment runs.');
  });

  it('puts a device that moved to its new port', async () => {
    screen = await openConsole('#/devices/add');
    await press('Use it here: FTDI');
    expect(inputs('commission.draft')).toMatchObject([{ found: 'usb:0403:6001:A1B2', with: {} }]);
    await press('Continue');
    await press('Agree and try');
    await press('Values are right');
    await press('Save the device');
    expect(inputs('commission.save')).toMatchObject([{ replaces: 'meter' }]);
  });

  it('begins by hand with a port that is remembered by what it is', async () => {
    screen = await openConsole('#/devices/add/where/nmea');
    await screen.click(screen.get('.pick', 'FTDI FT232R'));
    expect(screen.text()).toContain('found again in any socket');
    await press('Continue');
    expect(inputs('commission.draft')).toMatchObject([
      {
        found: null,
        with: {
          adapter: 'nmea',
          link: {
            kind: 'serial',
            path: '/dev/ttyUSB0',
            bind: { by: 'usb', vendor: '0403', product: '6001', serial: 'A1B2' },
            baudRate: 4800,
          },
        },
      },
    ]);
  });

  it('gives what is chosen by hand no template that was touched before', async () => {
    screen = await openConsole('#/devices/add/profile');
    await press('Use Eastron SDM630');
    window.location.hash = '#/devices/add';
    await settle();
    const link = screen.get('a', /^Modbus TCP/);
    await screen.click(link);
    window.location.hash = link.getAttribute('href') ?? '';
    await settle();
    await screen.type(screen.get('#where-host'), '10.0.0.7');
    await press('Continue');
    await press('Agree and read');
    expect(inputs('matrix.open')).toMatchObject([{ adapter: 'modbus-tcp', link: { host: '10.0.0.7' }, unit: 1 }]);
  });

  it('loses nothing that was typed on the way back', async () => {
    screen = await openConsole('#/devices/add/where/tcp');
    await screen.type(screen.get('#where-host'), '10.0.0.7');
    await screen.type(screen.get('#where-unit'), '9');
    await press('Continue');
    await press('Agree and read');
    await screen.click(screen.get('[role=radio]', /^Float/));
    await press(/^40001, float ABCD: 23/);
    await screen.click(screen.get('[role=radio]', /^V$/));
    await press('Take it and continue');
    await screen.type(screen.get('#device-name'), 'Pump meter');
    await press('Change Voltage');
    await screen.type(screen.get('#point-high'), '253');
    await press(/^Done$/);
    const back = async (): Promise<void> => {
      window.location.hash = screen.get('a', /^Back$/).getAttribute('href') ?? '';
      await settle();
    };
    await back();
    expect(screen.text()).toContain('Find its values');
    await back();
    expect((screen.get('#where-host') as HTMLInputElement).value).toBe('10.0.0.7');
    expect((screen.get('#where-unit') as HTMLInputElement).value).toBe('9');
    // the unit was wrong: what was found and written stays
    await screen.type(screen.get('#where-unit'), '10');
    await press('Continue');
    await press('Agree and read');
    expect(inputs('matrix.open').at(-1)).toMatchObject({ unit: 10 });
    await press('Continue');
    expect((screen.get('#device-name') as HTMLInputElement).value).toBe('Pump meter');
    expect(screen.text()).toContain('High 253');
    await press('Continue');
    expect(inputs('commission.try')).toMatchObject([{ draft: { name: 'Pump meter', unit: 10, link: { host: '10.0.0.7' } } }]);
  });

  it('begins with a template, or without anything says so', async () => {
    screen = await openConsole('#/devices/add/profile');
    await screen.type(screen.get('[data-search]'), 'ruuvi');
    expect(screen.all('.profile')).toHaveLength(1);
    await screen.type(screen.get('[data-search]'), 'eastron');
    await press('Use Eastron SDM630');
    await screen.click(screen.get('.pick', 'FTDI FT232R'));
    await press('Continue');
    expect(inputs('commission.draft')).toMatchObject([
      {
        profile: 'eastron-sdm630',
        // the settings with which it leaves the factory, not the usual ones
        with: { adapter: 'modbus-rtu', unit: 5, link: { baudRate: 2400, parity: 'even', stopBits: 1, dataBits: 7 } },
      },
    ]);
    await screen.close();
    screen = await openConsole('#/devices/add/decode');
    expect(screen.text()).toContain('Nothing has been chosen yet');
  });
});
