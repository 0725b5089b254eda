import { afterEach, describe, expect, it } from 'vitest';
import type { Handlers } from '../../../core/api/sources.ts';
import { GatewayError } from '../../../core/base/errors.ts';
import type { Params, Row } from '../../../core/contract/api.ts';
import { asked, goTo, hold, typeInto } from '../console-steps.ts';
import { type OpenConsole, openConsole } from '../render.tsx';

const PORT = encodeURIComponent('usb:0403:6001:A1B2:0');
const STRAP = '#/tools/bluetooth/C4%3A11%3A22%3A33%3A44%3A55';
const lost = (): GatewayError => new GatewayError('link/lost', '/dev/ttyUSB0: the port is gone.', { remedy: 'Plug it in.' });
let screen: OpenConsole;
afterEach(() => screen.close());

/** What the gateway does from now on. */
const gatewayDoes = (handlers: Partial<Handlers>): void => void Object.assign(screen.fake.handlers, handlers);
/** What a view shows from now on. */
function gatewayShows<T extends 'ports' | 'tools' | 'mqtt-topics'>(topic: T, change: (row: Row<T>) => Row<T>): void {
  const source = screen.fake.sources[topic];
  if (source.kind !== 'table') throw new Error(`${topic} is no table`);
  const { rows } = source;
  Object.assign(source, { rows: (params: Params<T>) => rows(params).map(change) });
}

async function take(): Promise<void> {
  await screen.click(screen.get('button', 'Take the line'));
  await screen.click(screen.get('dialog button', 'Take the line'));
  await screen.pass(600);
}

describe('a line that is in the way', () => {
  it('is not taken a moment after somebody cancelled', async () => {
    screen = await openConsole(`#/tools/terminal?port=${PORT}`);
    let opened = (_session: { session: string }): void => {};
    let signal: AbortSignal | undefined;
    gatewayDoes({
      'tool.open': (_input, given) => {
        signal = given;
        return new Promise((resolve) => {
          opened = resolve;
        });
      },
    });
    await screen.click(screen.get('button', 'Take the line'));
    await screen.click(screen.get('dialog button', 'Take the line'));
    await screen.click(screen.get('dialog button', 'Cancel'));
    expect(signal?.aborted).toBe(true);
    opened({ session: 'session-1' });
    await screen.pass(600);
    expect(screen.all('button', 'Give the line back')).toEqual([]);
    expect(screen.get('button', 'Take the line').hasAttribute('disabled')).toBe(false);
  });

  it('keeps what the tool saw where it cannot be taken again, and says why', async () => {
    screen = await openConsole(`#/tools/terminal?port=${PORT}`);
    await take();
    await screen.value.api.call('tool.close', { session: 'session-1' });
    await screen.pass(600);
    gatewayDoes({ 'tool.open': () => Promise.reject(lost()) });
    await screen.click(screen.get('button', 'Take it again'));
    await screen.click(screen.get('dialog button', 'Take the line'));
    await screen.pass(600);
    expect(screen.get('dialog').textContent).toContain('the port is gone');
    await screen.click(screen.get('dialog button', 'Cancel'));
    expect(screen.text()).toContain('12.480 kg');
    gatewayShows('ports', (port) => ({ ...port, present: false }));
    await screen.pass(600);
    await screen.click(screen.get('button', 'Take it again'));
    expect(screen.get('[role=alert]').textContent).toContain('not plugged in');
  });

  it('stays taken when the tab that is open is touched once more', async () => {
    screen = await openConsole(`#/tools/terminal?port=${PORT}`);
    await take();
    await goTo(screen, screen.get('nav a', 'Terminal').getAttribute('href') ?? '');
    expect(asked(screen, 'tool.close')).toEqual([]);
    expect(screen.all('button', 'Give the line back')).toHaveLength(1);
  });

  it('is listened to in RTU or ASCII, and TCP framing is for a master on TCP alone', async () => {
    screen = await openConsole(`#/tools/sniffer?port=${PORT}`);
    const framings = (): (string | null)[] =>
      screen.all('[role=radiogroup][aria-label="Framing"] [role=radio]').map((one) => one.textContent);
    expect(framings()).toEqual(['RTU', 'ASCII']);
    await screen.click(screen.get('[role=radio]', 'ASCII'));
    await take();
    expect(asked(screen, 'tool.open')).toMatchObject([{ tool: 'sniffer', framing: 'ascii' }]);
    await goTo(screen, '#/tools/modbus');
    expect(framings()).toEqual(['RTU', 'ASCII']);
    await screen.click(screen.get('[role=radio]', /^TCP$/));
    expect(framings()).toEqual(['TCP', 'RTU', 'ASCII']);
  });

  it('ends a loopback test that nobody waits for any more', async () => {
    screen = await openConsole(`#/tools/terminal?port=${PORT}`);
    await take();
    let signal: AbortSignal | undefined;
    gatewayDoes({
      'tool.loopback': (_input, given) => {
        signal = given;
        return new Promise(() => {});
      },
    });
    await screen.click(screen.get('button', 'Loopback test'));
    await screen.click(screen.get('button', 'Send the pattern'));
    await screen.click(screen.get('dialog .dialog-foot button', 'Close'));
    expect(signal?.aborted).toBe(true);
  });
});

describe('a line that is lost', () => {
  it('takes nothing to be sent until it is open again, and no toast lies over the buttons', async () => {
    screen = await openConsole(`#/tools/terminal?port=${PORT}`);
    await take();
    gatewayDoes({ 'tool.send': () => Promise.reject(lost()), 'tool.lines': () => Promise.reject(lost()) });
    await screen.type(screen.get('.send input'), 'SI');
    await screen.click(screen.get('button', 'Send'));
    expect(screen.get('#send-about').textContent).toContain('the port is gone. Plug it in.');
    await screen.click(screen.get('button', 'Break'));
    expect(screen.get('.modem .notice').textContent).toContain('the port is gone');
    expect(screen.all('.toast')).toEqual([]);
    gatewayShows('tools', (tool) => ({ ...tool, state: 'lost', lines: null, fault: null }));
    await screen.pass(600);
    expect(['Send', 'Break', 'Loopback test'].map((name) => screen.get('button', name).hasAttribute('disabled'))).toEqual([
      true,
      true,
      true,
    ]);
    expect((screen.get('.send input') as HTMLInputElement).value).toBe('SI');
  });

  it('has no break where its link is a plain TCP connection', async () => {
    screen = await openConsole('#/tools/terminal');
    await screen.click(screen.get('[role=radio]', /^TCP$/));
    await typeInto(screen, 'line-host', '10.0.0.7');
    await typeInto(screen, 'line-tcp-port', '4001');
    await take();
    expect(screen.all('button', 'Break')).toEqual([]);
    expect(screen.all('button', 'Loopback test')).toHaveLength(1);
  });
});

describe('a Modbus master that is taken again', () => {
  it('asks as before, of the same unit, and shows nothing of before', async () => {
    screen = await openConsole(`#/tools/modbus?port=${PORT}`);
    await take();
    await typeInto(screen, 'master-unit', '17');
    await screen.click(screen.get('button', /^Read$/));
    await screen.disconnect();
    expect(screen.get('.master-answer').textContent).toContain('from before');
    await screen.reconnect();
    await screen.click(screen.get('button', 'Take it again'));
    await screen.click(screen.get('dialog button', 'Take the line'));
    await screen.pass(600);
    expect((screen.get('#master-unit') as HTMLInputElement).value).toBe('17');
    expect(screen.get('.master-answer').textContent).toContain('No answer yet');
  });
});

describe('an answer that does not come', () => {
  it('says what to check', async () => {
    screen = await openConsole(`#/tools/modbus?port=${PORT}`);
    await take();
    const nothing = { values: [], objects: {}, exception: null, sent: 'LAMA', heard: '', tookMs: 1000 };
    gatewayDoes({ 'tool.modbus': async () => ({ ...nothing, ok: false, words: 'no answer within 1000 ms' }) });
    await screen.click(screen.get('button', /^Read$/));
    expect(screen.get('.master-answer').textContent).toContain('Check the number of the unit');
  });
});

describe('a write', () => {
  it('does not show the confirmation of the one before where it failed', async () => {
    screen = await openConsole(`#/tools/modbus?port=${PORT}`);
    await take();
    await screen.click(screen.get('button', 'Write…'));
    await typeInto(screen, 'write-values', '1');
    await hold(screen, 'Hold to write');
    expect(screen.text()).toContain('It was written');
    await typeInto(screen, 'write-values', '2');
    expect(screen.text()).not.toContain('It was written');
    gatewayDoes({ 'tool.modbus': () => Promise.reject(lost()) });
    await hold(screen, 'Hold to write');
    expect(screen.get('dialog').textContent).toContain('the port is gone');
    expect(screen.text()).not.toContain('It was written');
  });

  it('says when it is for all units of the bus', async () => {
    screen = await openConsole(`#/tools/modbus?port=${PORT}`);
    await take();
    await typeInto(screen, 'master-unit', '0');
    await screen.click(screen.get('button', 'Write…'));
    expect(screen.get('dialog').textContent).toContain('all units');
  });
});

describe('Bluetooth', () => {
  it('asks for names again when the gateway is back', async () => {
    screen = await openConsole('#/tools/bluetooth');
    await screen.disconnect();
    await screen.reconnect();
    expect(asked(screen, 'ble.scan')).toEqual([{ on: true }, { on: true }]);
  });

  it('only listens on every page where that was chosen', async () => {
    screen = await openConsole('#/tools/bluetooth');
    await screen.click(screen.get('[role=radio]', 'Only listen'));
    await goTo(screen, STRAP);
    await goTo(screen, '#/tools/bluetooth');
    expect(asked(screen, 'ble.scan')).toEqual([{ on: true }, { on: false }]);
    expect(screen.get('[role=radio]', 'Only listen').getAttribute('aria-checked')).toBe('true');
  });

  it('says that the connection to a device was lost, keeps its values, and connects again', async () => {
    screen = await openConsole(STRAP);
    await screen.click(screen.get('button', /^Connect$/));
    await screen.click(screen.get('dialog button', /^Connect$/));
    await screen.pass(600);
    await screen.click(screen.get('button', 'Read: Body Sensor Location'));
    gatewayShows('tools', (tool) => ({ ...tool, state: 'lost', fault: { ...lost(), message: 'Strap is out of reach.', at: 0 } }));
    await screen.pass(600);
    expect(screen.text()).toContain('Strap is out of reach.');
    expect(screen.text()).toContain('chest');
    expect(screen.all('button', 'Read: Body Sensor Location')).toEqual([]);
    await screen.click(screen.get('button', /^Connect$/));
    await screen.click(screen.get('dialog button', /^Connect$/));
    expect(asked(screen, 'tool.close')).toEqual([{ session: 'session-1' }]);
  });
});

describe('the MQTT explorer', () => {
  it('does not offer the beginning of a long message to be published as if it were all of it', async () => {
    screen = await openConsole('#/tools/mqtt');
    const report = Buffer.from(`{"heats":[${'1,'.repeat(120)}1]}`);
    const long = { id: 'plant/boiler/report', size: 4000, payload: report.toString('base64'), kind: 'json' as const };
    gatewayShows('mqtt-topics', (topic) => (topic.id === 'plant/boiler/state' ? { ...topic, ...long } : topic));
    await screen.pass(600);
    await screen.click(screen.get('.topic-main', 'plant/boiler/report'));
    await screen.click(screen.get('[role=radio]', 'JSON'));
    expect(screen.text()).not.toContain('4 kB');
    await screen.click(screen.get('button', 'Publish here…'));
    expect((screen.get('#publish-message') as HTMLTextAreaElement).value).toBe('');
    expect(screen.get('dialog[open]').textContent).toContain('too long');
  });
});
