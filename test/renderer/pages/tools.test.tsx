import { afterEach, describe, expect, it } from 'vitest';
import { ConsentSheet } from '../../../renderer/components/ConsentSheet.tsx';
import { asked, catchFiles, goTo, hold, isDisabled, typeInto } from '../console-steps.ts';
import { type OpenConsole, openConsole, type Screen, showAlone } from '../render.tsx';

const PORT = encodeURIComponent('usb:0403:6001:A1B2:0');
let screen: OpenConsole;

async function take(): Promise<void> {
  await screen.click(screen.get('button', 'Take the line'));
  await screen.click(screen.get('dialog button', 'Take the line'));
  await screen.pass(600);
}

describe('the sheet that asks before a tool takes a line', () => {
  let alone: Screen;
  afterEach(() => alone.close());

  it('says what happens, wants a name, and gives it on', async () => {
    const agreed: string[] = [];
    alone = await showAlone(
      <ConsentSheet
        title="Scan"
        effects={['The meter is paused.', 'Each unit is asked.']}
        action="Start"
        onAgree={(by) => agreed.push(by)}
        onClose={() => {}}
      />,
    );
    expect(alone.all('li').map((one) => one.textContent)).toEqual(['The meter is paused.', 'Each unit is asked.']);
    await typeInto(alone, 'consent-by', '   ');
    expect(isDisabled(alone, 'Start')).toBe(true);
    await typeInto(alone, 'consent-by', ' Anna ');
    await alone.click(alone.get('button', 'Start'));
    expect(agreed).toEqual(['Anna']);
  });
});

describe('a tool on a line', () => {
  afterEach(() => screen.close());

  it('asks nothing of the gateway before somebody agreed, and says whom it pauses', async () => {
    screen = await openConsole(`#/tools/terminal?port=${PORT}`);
    await screen.click(screen.get('button', 'Take the line'));
    expect(screen.text()).toContain('These devices are paused until you give the line back: meter.');
    expect(asked(screen, 'tool.open')).toEqual([]);
    await typeInto(screen, 'consent-by', 'Anna');
    await screen.click(screen.get('dialog button', 'Take the line'));
    expect(asked(screen, 'tool.open')).toMatchObject([
      { tool: 'terminal', by: 'Anna', consent: true, link: { kind: 'serial', path: '/dev/ttyUSB0', baudRate: 9600 } },
    ]);
    expect(screen.value.settings.getState().person).toBe('Anna');
  });

  it('gives the line back by its button, and when the page is left', async () => {
    screen = await openConsole(`#/tools/terminal?port=${PORT}`);
    await take();
    await screen.click(screen.get('button', 'Give the line back'));
    expect(asked(screen, 'tool.close')).toHaveLength(1);
    await take();
    await goTo(screen, '#/overview');
    expect(asked(screen, 'tool.close')).toHaveLength(2);
  });

  it('says that it has ended where the gateway closed it, and keeps what it saw', async () => {
    screen = await openConsole(`#/tools/terminal?port=${PORT}`);
    await take();
    expect(screen.text()).toContain('12.480 kg');
    await screen.value.api.call('tool.close', { session: 'session-1' });
    await screen.pass(600);
    expect(screen.text()).toContain('The tool has ended');
    expect(screen.text()).toContain('12.480 kg');
    expect(screen.all('button', 'Send')).toEqual([]);
  });

  it('lets go of it when the connection to the gateway broke', async () => {
    screen = await openConsole(`#/tools/terminal?port=${PORT}`);
    await take();
    await screen.disconnect();
    expect(screen.text()).toContain('The connection to the gateway broke');
    await screen.reconnect();
    // Still let go: the gateway knows this screen as another client now, and ends the tool when nobody looks at it.
    expect(screen.text()).toContain('The connection to the gateway broke');
    await screen.click(screen.get('button', 'Take it again'));
    await screen.click(screen.get('dialog button', 'Take the line'));
    expect(asked(screen, 'tool.open')).toHaveLength(2);
    expect(screen.text()).not.toContain('The connection to the gateway broke');
  });

  it('is shown on every other tab: by whom, and what it pauses', async () => {
    screen = await openConsole('#/tools');
    await screen.value.api.call('tool.open', {
      tool: 'sniffer',
      link: { kind: 'tcp', host: 'a', port: 1, connectTimeoutMs: 1000 },
      by: 'Bert',
      consent: true,
    });
    await screen.pass(600);
    expect(screen.get('.open-tool').textContent).toContain('Sniffer on /dev/ttyUSB0, 9600 8N1, opened by Bert');
    expect(screen.get('.open-tool').textContent).toContain('Paused meanwhile: meter');
  });
});

describe('the terminal', () => {
  afterEach(() => screen.close());

  it('sends text with its line end, or hex, and says what is wrong with it', async () => {
    screen = await openConsole(`#/tools/terminal?port=${PORT}`);
    await take();
    const field = screen.get('.send input');
    await screen.type(field, 'SI');
    await screen.click(screen.get('button', 'Send'));
    expect(asked(screen, 'tool.send')).toEqual([{ session: 'session-1', bytes: btoa('SI\r\n') }]);
    await screen.click(screen.get('.send [role=radio]', 'Hex'));
    await screen.type(field, '02 4');
    expect(screen.text()).toContain('Write pairs of hex digits');
    await screen.type(field, '02 41');
    await screen.click(screen.get('button', 'Send'));
    expect(asked(screen, 'tool.send')[1]).toEqual({ session: 'session-1', bytes: btoa('\u0002A') });
  });

  it('sets DTR, sends a break, tests with a plug, and saves what it saw', async () => {
    const files = catchFiles();
    screen = await openConsole(`#/tools/terminal?port=${PORT}`);
    await take();
    await screen.click(screen.get('button', 'Set DTR off'));
    await screen.click(screen.get('button', 'Break'));
    expect(asked(screen, 'tool.lines')).toEqual([
      { session: 'session-1', dtr: false },
      { session: 'session-1', breakMs: 250 },
    ]);
    await screen.click(screen.get('button', 'Loopback test'));
    await screen.click(screen.get('button', 'Send the pattern'));
    expect(screen.text()).toContain('The port and its cable are sound');
    await screen.click(screen.get('button', 'Save as file'));
    expect(await files[0]?.text).toContain('< S S      12.480 kg');
  });
});

describe('the Modbus master', () => {
  afterEach(() => screen.close());

  it('reads, shows every value beside its address in manuals, and identifies', async () => {
    screen = await openConsole(`#/tools/modbus?port=${PORT}`);
    await take();
    await typeInto(screen, 'master-unit', '17');
    await typeInto(screen, 'master-count', '4');
    await screen.click(screen.get('button', 'One address higher'));
    await screen.click(screen.get('button', 'One address lower'));
    await screen.click(screen.get('button', /^Read$/));
    expect(asked(screen, 'tool.modbus')).toEqual([
      { session: 'session-1', unit: 17, timeoutMs: 1000, ask: { do: 'read', table: 'holding', address: 0, count: 4 } },
    ]);
    expect(screen.get('[role=row]', '40001').textContent).toContain('230.5');
    await screen.click(screen.get('button', 'Identify'));
    expect(screen.text()).toContain('SDM630');
  });

  it('asks again and again until it is stopped, one at a time', async () => {
    screen = await openConsole(`#/tools/modbus?port=${PORT}`);
    await take();
    const repeat = screen.get('#master-repeat') as HTMLSelectElement;
    repeat.value = '1000';
    await screen.fire(repeat, new Event('change', { bubbles: true }));
    await screen.click(screen.get('button', /^Read$/));
    await screen.pass(3000);
    const count = asked(screen, 'tool.modbus').length;
    expect(count).toBeGreaterThanOrEqual(3);
    await screen.click(screen.get('button', 'Stop'));
    await screen.pass(3000);
    expect(asked(screen, 'tool.modbus')).toHaveLength(count);
  });

  it('writes only what is held, and refuses what is no value', async () => {
    screen = await openConsole(`#/tools/modbus?port=${PORT}`);
    await take();
    await screen.click(screen.get('button', 'Write…'));
    await typeInto(screen, 'write-values', '70000');
    expect(screen.get('.hold').hasAttribute('disabled')).toBe(true);
    await typeInto(screen, 'write-values', '-1 2');
    await screen.click(screen.get('.hold'));
    expect(asked(screen, 'tool.modbus')).toEqual([]);
    await hold(screen, 'Hold to write');
    expect(asked(screen, 'tool.modbus')).toMatchObject([
      { unit: 1, ask: { do: 'write', table: 'holding', address: 0, values: [65_535, 2], multiple: true } },
    ]);
    expect(screen.text()).toContain('It was written');
  });
});

describe('the other tools', () => {
  afterEach(() => screen.close());

  it('says what is in the way of a port, and opens tools on it', async () => {
    screen = await openConsole(`#/tools/ports/${PORT}`);
    expect(screen.text()).toContain('The user gatehouse is not in the group dialout');
    expect(screen.text()).toContain('sudo usermod -aG dialout gatehouse');
    expect(screen.get('dialog a', 'Terminal').getAttribute('href')).toBe(`#/tools/terminal?port=${PORT}`);
  });

  it('says how a bus is, why, and what to do; asks a parked unit', async () => {
    screen = await openConsole('#/tools/buses');
    expect(screen.text()).toContain('This bus needs 1.34 s a round; you asked for 1 s.');
    await goTo(screen, `#/tools/buses/${PORT}`);
    await screen.pass(600);
    await screen.click(screen.get('button', 'Details of unit 9'));
    await screen.pass(100);
    expect(screen.text()).toContain('Likely cause: No power or no cable.');
    expect(screen.all('.histogram-row').length).toBeGreaterThan(3);
    await screen.click(screen.get('button', 'Ask it now'));
    expect(asked(screen, 'bus.probe')).toEqual([{ bus: 'usb:0403:6001:A1B2:0', unit: 9 }]);
  });

  it('sniffs: shows questions and answers, and only the faulty ones', async () => {
    screen = await openConsole(`#/tools/sniffer?port=${PORT}`);
    await take();
    expect(screen.all('.tool-frame')).toHaveLength(6);
    expect(screen.text()).toContain('Unit 3 1 asked, 1 answered, half of them in 14 ms');
    await screen.click(screen.get('[role=radio]', 'Faulty'));
    expect(screen.all('.tool-frame')).toHaveLength(2);
  });

  it('scans while it is looked at, and only listens where that is chosen', async () => {
    screen = await openConsole('#/tools/bluetooth');
    expect(asked(screen, 'ble.scan')).toEqual([{ on: true }]);
    await screen.click(screen.get('[role=radio]', 'Only listen'));
    expect(asked(screen, 'ble.scan').at(-1)).toEqual({ on: false });
    expect(screen.text()).toContain('24.3 °C, 53.49 %');
  });

  it('switches the Bluetooth adapter and forgets a pairing only when somebody has agreed', async () => {
    screen = await openConsole('#/tools/bluetooth');
    await screen.click(screen.get('.radio button', 'Switch off'));
    expect(screen.get('dialog[open]').textContent).toContain('All its connections end');
    expect(asked(screen, 'ble.power')).toEqual([]);
    await typeInto(screen, 'consent-by', 'Anna');
    await screen.click(screen.get('dialog button', 'Switch off'));
    expect(asked(screen, 'ble.power')).toEqual([{ radio: 'hci0', on: false, by: 'Anna', consent: true }]);
    await screen.close();
    screen = await openConsole('#/tools/bluetooth/C4%3A11%3A22%3A33%3A44%3A55');
    await screen.click(screen.get('button', 'Forget pairing'));
    await screen.click(screen.get('dialog button', 'Cancel'));
    expect(asked(screen, 'ble.forget')).toEqual([]);
    await screen.click(screen.get('button', 'Forget pairing'));
    await typeInto(screen, 'consent-by', 'Anna');
    await screen.click(screen.get('dialog button', 'Forget pairing'));
    expect(asked(screen, 'ble.forget')).toEqual([{ address: 'C4:11:22:33:44:55', by: 'Anna', consent: true }]);
    expect(screen.all('dialog[open]')).toHaveLength(0);
  });

  it('connects to a Bluetooth device only with consent, reads and writes its values', async () => {
    screen = await openConsole('#/tools/bluetooth/C4%3A11%3A22%3A33%3A44%3A55');
    await screen.click(screen.get('button', /^Connect$/));
    await screen.click(screen.get('dialog button', /^Connect$/));
    await screen.pass(600);
    expect(screen.text()).toContain('Heart Rate Measurement');
    await screen.click(screen.get('button', 'Read: Body Sensor Location'));
    await screen.click(screen.get('button', 'Follow: Heart Rate Measurement'));
    expect(asked(screen, 'gatt.notify')).toEqual([{ session: 'session-1', characteristic: '180d/2a37', on: true }]);
    await screen.click(screen.get('button', 'Write… Heart Rate Control Point'));
    await typeInto(screen, 'gatt-bytes', '01');
    await hold(screen, 'Hold to write');
    expect(asked(screen, 'gatt.write')).toEqual([
      { session: 'session-1', characteristic: '180d/2a39', value: btoa('\u0001'), mode: 'request' },
    ]);
    await screen.click(screen.get('button', 'Disconnect'));
    expect(asked(screen, 'tool.close')).toEqual([{ session: 'session-1' }]);
  });

  it('shows topics as a tree, the newest message, and publishes', async () => {
    screen = await openConsole('#/tools/mqtt');
    await screen.click(screen.get('.topic-main', 'plant/boiler/state'));
    expect(screen.text()).toContain('yes, retained');
    await screen.click(screen.get('button', 'Publish here…'));
    await screen.click(screen.get('dialog button', /^Publish$/));
    expect(asked(screen, 'message.publish')).toMatchObject([
      { topic: 'plant/boiler/state', payload: btoa('{"temperature":61.5,"flame":true}'), qos: 0, retain: false },
    ]);
    await screen.type(screen.get('[data-search]'), 'nothing like that');
    expect(screen.text()).toContain('No topic matches');
  });
});
