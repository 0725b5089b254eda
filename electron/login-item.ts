import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { App } from 'electron';

export interface LoginItem {
  /** Absolute path of the program and the switches it is started with. */
  readonly program: string;
  readonly args: readonly string[];
}

/** One word of an Exec line: the desktop entry specification's quoting, then its escape of backslashes in strings. */
function quoteExec(word: string): string {
  const quoted = `"${word.replace(/[\\"`$]/g, '\\$&').replaceAll('%', '%%')}"`;
  return quoted.replaceAll('\\', '\\\\');
}

/** The XDG autostart entry (freedesktop.org Desktop Application Autostart Specification). */
export function autostartEntry(item: LoginItem): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Gatehouse',
    'Comment=Edge gateway console',
    `Exec=${[item.program, ...item.args].map(quoteExec).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/**
 * Starts Gatehouse when this user signs in, or no longer. Windows: the login item. Linux: an entry below `configDir`
 * (usually ~/.config). For a kiosk without a desktop session use the units in build/service instead.
 */
export async function setStartAtLogin(
  deps: { app: Pick<App, 'setLoginItemSettings'>; platform: NodeJS.Platform; configDir: string },
  item: LoginItem,
  enabled: boolean,
): Promise<void> {
  if (deps.platform !== 'linux') {
    deps.app.setLoginItemSettings({ openAtLogin: enabled, path: item.program, args: [...item.args] });
    return;
  }
  const path = join(deps.configDir, 'autostart', 'gatehouse.desktop');
  if (!enabled) {
    await rm(path, { force: true });
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, autostartEntry(item), { mode: 0o644 });
}
