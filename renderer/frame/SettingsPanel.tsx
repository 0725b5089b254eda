import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { Button } from '../components/Button.tsx';
import { SegmentedControl } from '../components/Choices.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { useRow } from '../hooks/use-table.ts';
import { useConsole } from '../stores/context.tsx';
import { formatDuration } from '../text/format.ts';
import { frame } from '../text/frame.ts';
import { usePanels } from './panels.tsx';

/** What this screen remembers: appearance and on-screen keyboard. */
export function SettingsPanel(): ReactNode {
  const panels = usePanels();
  const { settings } = useConsole();
  const { theme, keyboard } = useStore(settings);
  const gateway = useRow('gateway', 'gateway');
  return (
    <Dialog open={panels.current === 'settings'} title={frame.menu.title} onClose={panels.close}>
      <div className="stack">
        <div className="field">
          <span className="field-label">{frame.menu.theme}</span>
          <div>
            <SegmentedControl
              label={frame.menu.theme}
              value={theme}
              choices={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: frame.menu.themes[value] }))}
              onChange={(value) => settings.setState({ theme: value })}
            />
          </div>
        </div>
        <div className="field">
          <span className="field-label">{frame.menu.keyboard}</span>
          <div>
            <SegmentedControl
              label={frame.menu.keyboard}
              value={keyboard ? 'on' : 'off'}
              choices={(['off', 'on'] as const).map((value) => ({ value, label: frame.menu.keyboardStates[value] }))}
              onChange={(value) => settings.setState({ keyboard: value === 'on' })}
            />
          </div>
          <p className="field-hint">{frame.menu.keyboardHint}</p>
        </div>
        <div>
          <Button onClick={() => panels.open('shortcuts')}>{frame.menu.shortcuts}</Button>
          {window.gatehouse?.kiosk === true && <Button onClick={() => panels.open('leave')}>{frame.leave.open}</Button>}
        </div>
        {gateway && (
          <dl className="facts">
            <dt>{frame.menu.version}</dt>
            <dd className="num">{gateway.version}</dd>
            <dt>{frame.menu.uptime}</dt>
            <dd className="num">{formatDuration(gateway.uptimeMs)}</dd>
          </dl>
        )}
      </div>
    </Dialog>
  );
}
