import { useEffect } from 'react';
import { useConsole } from '../../../stores/context.tsx';

/** Asks for an active scan while `on`, and ends it when the page is left. Where there is no radio the call fails, which the radio's row says. */
export function useActiveScan(on: boolean): void {
  const { api } = useConsole();
  useEffect(() => {
    if (!on) return;
    api.call('ble.scan', { on: true }).catch(() => {});
    return () => {
      api.call('ble.scan', { on: false }).catch(() => {});
    };
  }, [api, on]);
}
