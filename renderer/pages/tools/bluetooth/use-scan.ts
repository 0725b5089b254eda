import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useStatus } from '../../../hooks/use-table.ts';
import { useConsole } from '../../../stores/context.tsx';

/**
 * Asks for an active scan while `on` and this screen has not chosen only to listen; again when the gateway is back after a restart, and ends it when the page is left. Where there is no
 * radio the call fails, which the radio's row says.
 */
export function useActiveScan(on: boolean): void {
  const { api, settings } = useConsole();
  const askNames = useStore(settings, (s) => s.askNames);
  const wanted = useStatus('adverts') === 'live' && on && askNames;
  useEffect(() => {
    if (!wanted) return;
    api.call('ble.scan', { on: true }).catch(() => {});
    return () => {
      api.call('ble.scan', { on: false }).catch(() => {});
    };
  }, [api, wanted]);
}
