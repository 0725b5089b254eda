import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { systemClock } from '../core/base/clock.ts';
import { createPageClient } from './api/connect.ts';
import { App } from './app.tsx';
import { createConsole } from './stores/context.tsx';
import { createSettings, isKiosk } from './stores/settings.ts';
import './theme/tokens.css';
import './theme/base.css';
import './theme/controls.css';

function storageOrNull(name: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    return window[name];
  } catch {
    return null; // forbidden by the browser's settings
  }
}

const host = document.getElementById('app');
if (host) {
  const settings = createSettings(
    { storage: storageOrNull('localStorage'), root: document.documentElement },
    { kiosk: isKiosk(window) },
  );
  const value = createConsole({ api: createPageClient(window), clock: systemClock, settings }, storageOrNull('sessionStorage'));
  createRoot(host).render(
    <StrictMode>
      <App value={value} />
    </StrictMode>,
  );
}
