import { act, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { vi } from 'vitest';
import { createHub } from '../../core/api/hub.ts';
import { createApiServer } from '../../core/api/server.ts';
import { createLogHub } from '../../core/base/log.ts';
import { createApiClient } from '../../core/contract/client.ts';
import { App } from '../../renderer/app.tsx';
import { type Console, ConsoleProvider, createConsole } from '../../renderer/stores/context.tsx';
import { createSettings } from '../../renderer/stores/settings.ts';
import { createFakeGateway, type FakeGateway } from '../fakes/fake-gateway.ts';
import type { Scene } from '../fakes/fake-outbox-rows.ts';
import { createManualClock, type ManualClock } from '../fakes/manual-clock.ts';
import { createMemoryPair } from '../fakes/memory-transport.ts';

declare global {
  var IS_REACT_ACT_ENVIRONMENT: boolean | undefined;
}

/** What jsdom lacks: sizes (so that virtual lists draw rows), modal dialogs and media queries. */
function completeDom(): void {
  globalThis.IS_REACT_ACT_ENVIRONMENT = true;
  Object.defineProperty(Element.prototype, 'clientHeight', { configurable: true, get: () => 600 });
  Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { configurable: true, get: () => 44 });
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.setAttribute('open', '');
  };
  HTMLDialogElement.prototype.close = function close() {
    this.removeAttribute('open');
  };
  Element.prototype.scrollIntoView = () => {};
  window.matchMedia = (media) => Object.assign(new EventTarget(), { media, matches: false }) as MediaQueryList;
}

export interface Screen {
  readonly host: HTMLElement;
  readonly clock: ManualClock;
  /** All visible text of the page. */
  text(): string;
  /** The one element of this kind with this accessible name (part of it, or a pattern). Throws when there is none. */
  get(selector: string, name?: string | RegExp): HTMLElement;
  all(selector: string, name?: string | RegExp): HTMLElement[];
  click(element: HTMLElement): Promise<void>;
  type(element: HTMLElement, value: string): Promise<void>;
  press(element: Element, key: string, more?: KeyboardEventInit): Promise<void>;
  fire(element: Element, event: Event): Promise<void>;
  /** Lets time pass, inside React's act. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

export function nameOf(element: Element): string {
  const labelled = element.getAttribute('aria-labelledby');
  const label = labelled === null ? null : document.getElementById(labelled)?.textContent;
  const own = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : element.textContent;
  return (element.getAttribute('aria-label') ?? label ?? own ?? '').replace(/\s+/g, ' ').trim();
}

async function show(element: ReactNode, clock: ManualClock, end: () => Promise<void>): Promise<Screen> {
  completeDom();
  const host = document.createElement('div');
  document.body.append(host);
  const root = createRoot(host);
  await act(async () => root.render(element));
  const fits = (found: Element, name?: string | RegExp): boolean =>
    name === undefined || (typeof name === 'string' ? nameOf(found).includes(name) : name.test(nameOf(found)));
  const all = (selector: string, name?: string | RegExp): HTMLElement[] =>
    [...document.querySelectorAll<HTMLElement>(selector)].filter((found) => fits(found, name));
  return {
    host,
    clock,
    all,
    text: () => (document.body.textContent ?? '').replace(/\s+/g, ' '),
    get(selector, name) {
      const found = all(selector, name)[0];
      if (!found) throw new Error(`no ${selector} named ${String(name)} in: ${document.body.textContent}`);
      return found;
    },
    async click(target) {
      await act(async () => target.click());
      await act(async () => clock.advance(50));
    },
    async type(target, value) {
      await act(async () => {
        target.focus();
        const kind = target instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
        Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(target, value);
        target.dispatchEvent(new Event('input', { bubbles: true }));
      });
    },
    async press(target, key, more = {}) {
      await act(async () => {
        target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
      });
    },
    fire: (target, event) => act(async () => void target.dispatchEvent(event)),
    pass: (ms) => act(async () => clock.advance(ms)),
    async close() {
      await act(async () => root.unmount());
      host.remove();
      await end();
    },
  };
}

/** A console value on a gateway that never answers: for components that only need clock and toasts. */
export function quietConsole(clock: ManualClock): Console {
  const settings = createSettings({ storage: null, root: document.documentElement }, { kiosk: false });
  const api = { call: () => new Promise<never>(() => {}), watch: () => () => {} };
  return createConsole({ api, clock, settings });
}

export function showAlone(element: ReactNode, clock = createManualClock()): Promise<Screen> {
  return show(<ConsoleProvider value={quietConsole(clock)}>{element}</ConsoleProvider>, clock, async () => {});
}

export interface OpenConsole extends Screen {
  readonly fake: FakeGateway;
  readonly value: Console;
  /** The line to the gateway breaks and is not there again until `reconnect`. */
  disconnect(): Promise<void>;
  reconnect(): Promise<void>;
}

/** The whole console at an address, over the memory transport, against the fake gateway. */
export async function openConsole(hash: string, options: { scene?: Scene } = {}): Promise<OpenConsole> {
  window.location.hash = hash;
  const clock = createManualClock();
  const log = createLogHub({ clock }, { keep: 100, level: 'warn' }).logger('test');
  const fake = createFakeGateway({ clock }, options);
  const hub = createHub({ sources: fake.sources, clock, log });
  const server = createApiServer({ handlers: fake.handlers, hub, clock, log, version: 'test' });
  let reachable = true;
  let cut = (): void => {};
  const client = createApiClient({
    clock,
    random: () => 0.5,
    async connect() {
      if (!reachable) throw new Error('unreachable');
      const pair = createMemoryPair();
      server.attach(pair.server, { kind: 'console', id: 'test' });
      cut = () => pair.client.close();
      return pair.client;
    },
  });
  const settings = createSettings({ storage: null, root: document.documentElement }, { kiosk: false });
  const value = createConsole({ api: client, clock, settings });
  const screen = await show(<App value={value} />, clock, async () => {
    const ended = Promise.all([client.close(), server.stop()]);
    await clock.advance(5000);
    await ended;
    hub.stop();
    window.location.hash = '';
  });
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 6; i += 1) await screen.pass(500);
  };
  for (let i = 0; i < 3; i += 1) {
    await act(() => vi.dynamicImportSettled()); // a page is a module of its own, and so is its chart
    await settle();
  }
  return {
    ...screen,
    fake,
    value,
    async disconnect() {
      reachable = false;
      await act(async () => cut());
      await screen.pass(500);
    },
    async reconnect() {
      reachable = true;
      await settle();
    },
  };
}
