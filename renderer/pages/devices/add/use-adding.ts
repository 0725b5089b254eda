import { useStore } from 'zustand';
import { go, href } from '../../../hooks/use-route.ts';
import type { Adding, AddingBook } from '../../../stores/adding.ts';
import { useConsole } from '../../../stores/context.tsx';

export type Step = 'where' | 'scan' | 'decode' | 'name' | 'try' | 'save';

export interface AddingState extends Adding {
  readonly book: AddingBook;
  set(change: Partial<Adding>): void;
}

/** The device that is being added, and how to change what is known of it. */
export function useAdding(): AddingState {
  const { adding: book } = useConsole();
  const state = useStore(book.store);
  return { ...state, book, set: (change) => book.store.setState(change) };
}

export const isModbus = (adapter: string): boolean => adapter.startsWith('modbus-');

/** The steps of this device, the first one done by touching it in the inbox or in the list of kinds. */
export function stepsOf(adding: Adding): readonly Step[] {
  const end = ['name', 'try', 'save'] as const;
  if (!isModbus(adding.adapter) || adding.profile !== null || adding.replaces !== null) return ['where', ...end];
  const isSearched = adding.scan !== null || (adding.adapter !== 'modbus-tcp' && adding.link?.kind !== 'simulated');
  return isSearched ? ['where', 'scan', 'decode', ...end] : ['where', 'decode', ...end];
}

export const goStep = (step: Step): void => go('devices', 'add', step);
/** `where` is the page on which the place of this device was given; empty: it was found. */
export const hrefStep = (step: Step, where: string): string =>
  step !== 'where'
    ? href('devices', 'add', step)
    : where === ''
      ? href('devices', 'add')
      : href('devices', 'add', 'where', where);
