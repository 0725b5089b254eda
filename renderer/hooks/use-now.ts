import { useStore } from 'zustand';
import { useConsole } from '../stores/context.tsx';

/**
 * The gateway's time, rounded down to `stepMs` so that a component renders no oftener than its text can change.
 */
export function useNow(stepMs = 1000): number {
  return useStore(useConsole().time.store, (s) => Math.floor(s.now / stepMs) * stepMs);
}
