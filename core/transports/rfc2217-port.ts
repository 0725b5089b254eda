import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Rfc2217LinkConfig } from '../contract/document/links.ts';
import type { ByteLink, SerialControls } from './byte-port.ts';
import { createLinkEnd } from './link-end.ts';
import { lineSettings, linkLabel } from './link-label.ts';
import { COM, CONTROL, comBytes, escapeTelnet, PARITY, u32 } from './rfc2217-codec.ts';
import { createRfc2217Session, MODEM_MASK, type Rfc2217Session, switchCode } from './rfc2217-session.ts';
import { openTcpPort } from './tcp-port.ts';

async function setUp(session: Rfc2217Session, config: Rfc2217LinkConfig, signal: AbortSignal): Promise<void> {
  const { baudRate, dataBits, parity, stopBits, dtr, rts } = config;
  await session.begin(signal);
  await session.set(`${baudRate} baud`, COM.baudRate, u32(baudRate), signal);
  await session.set(`${dataBits} data bits`, COM.dataSize, [dataBits], signal);
  await session.set(`parity ${parity}`, COM.parity, [PARITY[parity]], signal);
  await session.set(`${stopBits} stop bits`, COM.stopSize, [stopBits], signal);
  if (dtr !== undefined) await session.set('DTR', COM.control, [switchCode('dtr', dtr)], signal);
  if (rts !== undefined) await session.set('RTS', COM.control, [switchCode('rts', rts)], signal);
}

function controlsOf(session: Rfc2217Session, clock: Clock, life: AbortSignal, label: string): SerialControls {
  const control = (what: string, value: number): Promise<void> => session.set(what, COM.control, [value], life);
  return {
    async set({ dtr, rts }) {
      if (dtr !== undefined) await control('DTR', switchCode('dtr', dtr));
      if (rts !== undefined) await control('RTS', switchCode('rts', rts));
    },
    async lines() {
      const lines = session.lines();
      if (lines) return lines;
      throw new GatewayError('link/not-supported', `${label}: the device server has not said how the modem lines are`);
    },
    async sendBreak(ms) {
      await control('a break', CONTROL.breakOn);
      await clock.sleep(ms);
      await control('the end of the break', CONTROL.breakOff);
    },
    async drain() {
      await session.ready(); // what the server holds back cannot be seen from here
    },
  };
}

/**
 * Opens a serial port behind a device server (RFC 2217) and sets its line. What comes before the line is set was read at another speed and
 * is dropped. Rejects as `openTcpPort`, or with `link/not-supported` where the server has no COM port control or does not take a setting.
 */
export async function openRfc2217Port(config: Rfc2217LinkConfig, clock: Clock, signal: AbortSignal): Promise<ByteLink> {
  const label = linkLabel(config);
  const tcp = await openTcpPort({ ...config, kind: 'tcp' }, clock, signal);
  const life = new AbortController();
  const session = createRfc2217Session({
    label,
    clock,
    timeoutMs: config.connectTimeoutMs,
    send: (bytes) => void tcp.write(bytes).catch(() => {}), // a link that is lost says so by `closed`
  });
  const end = createLinkEnd(label, {
    async write(bytes) {
      await session.ready();
      await tcp.write(escapeTelnet(bytes));
    },
    release: () => tcp.close(),
  });
  let open = false;
  tcp.onData((chunk) => {
    for (const bytes of session.take(chunk)) if (open) end.heard(bytes);
  });
  void tcp.closed.then((cause) => {
    const fault = new GatewayError('link/lost', `${label}: the device server closed the connection`, { cause });
    session.end(fault);
    life.abort(fault);
    end.broke(fault);
  });
  try {
    await setUp(session, config, signal);
  } catch (cause) {
    await tcp.close();
    throw cause;
  }
  void tcp.write(comBytes(...MODEM_MASK)).catch(() => {});
  open = true;
  return { ...end.link, serial: controlsOf(session, clock, life.signal, `${label} (${lineSettings(config)})`) };
}
