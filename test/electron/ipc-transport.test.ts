import { EventEmitter } from 'node:events';
import type { IpcMain, WebContents } from 'electron';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLogHub } from '../../core/base/log.ts';
import type { ClientFrame, ServerFrame, Transport } from '../../core/contract/wire.ts';
import { TO_CONSOLE, TO_CORE } from '../../electron/channels.ts';
import { listenOnIpc } from '../../electron/ipc-transport.ts';
import { createManualClock } from '../fakes/manual-clock.ts';
import { FakeContents } from './fakes/fake-electron.ts';

type Ours = Transport<ServerFrame, ClientFrame>;
const call: ClientFrame = { t: 'call', id: 1, method: 'gateway.status', input: {} };

describe('the transport over IPC', () => {
  let ipcMain: EventEmitter;
  let page: FakeContents;
  let connections: Ours[];
  let got: ClientFrame[];
  let beats: number;
  let refusals: string[];
  let stop: () => void;
  beforeEach(() => {
    ipcMain = new EventEmitter();
    page = new FakeContents();
    connections = [];
    got = [];
    beats = 0;
    refusals = [];
    const logs = createLogHub({ clock: createManualClock() }, { keep: 10, level: 'debug' });
    logs.onRecord((record) => refusals.push(String(record.data['why'])));
    stop = listenOnIpc(
      { ipcMain: ipcMain as unknown as IpcMain, page: page as unknown as WebContents, log: logs.logger('shell') },
      {
        onConnection(transport) {
          connections.push(transport);
          transport.onFrame((frame) => got.push(frame));
        },
        onFrame: () => {
          beats += 1;
        },
      },
    );
  });
  const trusted = (): Record<string, unknown> => ({ sender: page, senderFrame: page.mainFrame });
  /** What ipcRenderer.send does: the arguments arrive as structured clones. */
  const from = (event: Record<string, unknown>, ...args: unknown[]): void =>
    void ipcMain.emit(TO_CORE, event, ...structuredClone(args));
  const latest = (): Ours => {
    const transport = connections.at(-1);
    if (!transport) throw new Error('no connection');
    return transport;
  };

  it('opens a connection for a page and carries frames both ways, in order', () => {
    from(trusted(), 's1', null);
    from(trusted(), 's1', call);
    from(trusted(), 's1', { t: 'cancel', id: 1 });
    latest().send({ t: 'hello', protocol: 1, version: '0' });
    latest().send({ t: 'ok', id: 1, output: { when: new Date(0), bytes: new Uint8Array([1, 2]), nothing: undefined } });
    expect(got).toEqual([call, { t: 'cancel', id: 1 }]);
    expect(page.sent).toEqual([
      { channel: TO_CONSOLE, args: ['s1', { t: 'hello', protocol: 1, version: '0' }] },
      {
        channel: TO_CONSOLE,
        args: ['s1', { t: 'ok', id: 1, output: { when: new Date(0), bytes: new Uint8Array([1, 2]), nothing: undefined } }],
      },
    ]);
    expect(beats).toBe(3);
  });

  it('gives the other side copies: what changes after sending does not arrive', () => {
    from(trusted(), 's1', null);
    const output = { value: 1 };
    latest().send({ t: 'ok', id: 1, output });
    output.value = 2;
    expect(page.sent[0]?.args[1]).toEqual({ t: 'ok', id: 1, output: { value: 1 } });
  });

  it('fails at the sender when a frame cannot be cloned, and carries the next one', () => {
    from(trusted(), 's1', null);
    expect(() => latest().send({ t: 'ok', id: 1, output: () => 1 })).toThrow(/could not be cloned/);
    latest().send({ t: 'beat' });
    expect(page.sent).toHaveLength(1);
  });

  it.each([
    ['another window', () => ({ sender: new FakeContents(), senderFrame: page.mainFrame })],
    ['a frame inside the page', () => ({ sender: page, senderFrame: { url: 'gatehouse://console/' } })],
    ['a frame that is gone', () => ({ sender: page, senderFrame: null })],
  ])('refuses a message from %s', (_who, event) => {
    from(trusted(), 's1', null);
    from(event(), 's1', call);
    from(event(), 's2', null);
    expect(got).toEqual([]);
    expect(connections).toHaveLength(1);
    expect(refusals).toEqual(['the sender is not the console', 'the sender is not the console']);
  });

  it.each([
    'https://example.com/',
    'file:///index.html',
    'gatehouse://console.evil/',
    'gatehouse://console@evil/',
    'about:blank',
    '',
  ])('refuses a message when the main frame shows "%s"', (url) => {
    page.mainFrame.url = url;
    from(trusted(), 's1', null);
    expect(connections).toEqual([]);
  });

  it.each([
    ['an unknown kind', { t: 'eval', code: 'x' }],
    ['a field too many', { t: 'beat', extra: 1 }],
    ['text', 'beat'],
    ['a number', 7],
    ['a long method', { t: 'call', id: 1, method: 'x'.repeat(65), input: {} }],
  ])('drops what is not a frame: %s', (_what, raw) => {
    from(trusted(), 's1', null);
    from(trusted(), 's1', raw);
    expect(got).toEqual([]);
    expect(refusals).toEqual(['not a frame']);
    expect(beats).toBe(1);
  });

  it('ends the connection of the page before when the page is loaded again', async () => {
    from(trusted(), 's1', null);
    const before = latest();
    from(trusted(), 's2', null);
    await before.closed;
    before.send({ t: 'beat' });
    from(trusted(), 's1', call);
    expect(page.sent).toEqual([]);
    expect(got).toEqual([]);
    expect(refusals).toEqual(['the session has ended']);
    from(trusted(), 's2', call);
    expect(got).toEqual([call]);
  });

  it('ends the connection when the page ends it, and opens the next one', async () => {
    from(trusted(), 's1', null);
    from(trusted(), 's1', undefined);
    await latest().closed;
    from(trusted(), 's2', null);
    from(trusted(), 's2', call);
    expect(connections).toHaveLength(2);
    expect(got).toEqual([call]);
  });

  it('keeps frames until core listens', () => {
    const early = createListening();
    from(trusted(), 's1', null);
    from(trusted(), 's1', call);
    const frames: ClientFrame[] = [];
    early.transport()?.onFrame((frame) => frames.push(frame));
    expect(frames).toEqual([call]);
  });

  function createListening(): { transport(): Ours | undefined } {
    stop();
    let transport: Ours | undefined;
    stop = listenOnIpc(
      {
        ipcMain: ipcMain as unknown as IpcMain,
        page: page as unknown as WebContents,
        log: createLogHub({ clock: createManualClock() }, { keep: 1, level: 'error' }).logger('shell'),
      },
      {
        onConnection: (opened) => {
          transport = opened;
        },
        onFrame: () => {},
      },
    );
    return { transport: () => transport };
  }

  it('sends nothing to a page that is gone, nor after the end', async () => {
    from(trusted(), 's1', null);
    page.destroyed = true;
    latest().send({ t: 'beat' });
    page.destroyed = false;
    stop();
    await latest().closed;
    latest().send({ t: 'beat' });
    from(trusted(), 's1', call);
    expect(page.sent).toEqual([]);
    expect(got).toEqual([]);
  });
});
