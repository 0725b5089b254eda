import { useCallback, useSyncExternalStore } from 'react';

/** Whether a media query holds now. Where the browser cannot tell (tests), it does not. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = window.matchMedia?.(query);
      list?.addEventListener('change', listener);
      return () => list?.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia?.(query).matches ?? false);
}

/** A phone: one column, cards instead of tables. */
export const usePhone = (): boolean => useMedia('(max-width: 899px)');
