import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Clock } from '../../core/base/clock.ts';

export interface Toast {
  readonly id: number;
  readonly tone: 'plain' | 'fault';
  readonly text: string;
  readonly remedy: string;
}

export interface Toasts {
  readonly store: StoreApi<readonly Toast[]>;
  say(text: string): void;
  /** A fault stays until somebody closes it. */
  fail(text: string, remedy: string): void;
  close(id: number): void;
}

const AT_MOST = 4;
const STAY_MS = 5000;

/** Short answers to what a person did. The oldest goes when there are more than four. */
export function createToasts(clock: Clock): Toasts {
  const store = createStore<readonly Toast[]>()(() => []);
  let lastId = 0;
  const close = (id: number): void => store.setState((all) => all.filter((toast) => toast.id !== id), true);
  function add(tone: Toast['tone'], text: string, remedy: string): number {
    lastId += 1;
    const toast = { id: lastId, tone, text, remedy };
    store.setState((all) => [...all.slice(1 - AT_MOST), toast], true);
    return toast.id;
  }
  return {
    store,
    close,
    say(text) {
      const id = add('plain', text, '');
      clock.after(STAY_MS, () => close(id));
    },
    fail(text, remedy) {
      add('fault', text, remedy);
    },
  };
}
