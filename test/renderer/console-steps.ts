import { act } from 'react';
import { vi } from 'vitest';
import type { OpenConsole, Screen } from './render.tsx';

/** What was offered as a file meanwhile. */
export function catchFiles(): { name: string; text: Promise<string> }[] {
  const files: { name: string; text: Promise<string> }[] = [];
  let blob = new Blob();
  URL.createObjectURL = (made: Blob | MediaSource) => {
    if (made instanceof Blob) blob = made;
    return 'blob:test';
  };
  URL.revokeObjectURL = () => {};
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
    files.push({ name: this.download, text: blob.text() });
  });
  return files;
}

/** What the gateway was asked by this method. */
export const asked = (screen: OpenConsole, method: string): unknown[] =>
  screen.fake.asked.filter((one) => one.method === method).map((one) => one.input);

export const typeInto = (screen: Screen, id: string, value: string): Promise<void> => screen.type(screen.get(`#${id}`), value);

export const isDisabled = (screen: Screen, name: string): boolean => screen.get('button', name).hasAttribute('disabled');

/** As when a person changes the address. */
export async function goTo(screen: Screen, hash: string): Promise<void> {
  window.location.hash = hash;
  await act(async () => void window.dispatchEvent(new HashChangeEvent('hashchange')));
  await screen.pass(50);
}

/** Holds a button that asks for it until it is confirmed, by keyboard. */
export async function hold(screen: Screen, name: string): Promise<void> {
  const button = screen.get('.hold', name);
  await screen.press(button, 'Enter');
  await screen.pass(1500);
  await screen.fire(button, new KeyboardEvent('keyup', { key: 'Enter', bubbles: true }));
  await screen.pass(500);
}
