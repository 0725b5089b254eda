import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Where the gateway keeps its data unless told: `$GATEHOUSE_DATA`; else `%LOCALAPPDATA%\Gatehouse` on Windows, and
 * elsewhere `$XDG_STATE_HOME/gatehouse` (`~/.local/state/gatehouse`).
 */
export function defaultDataDir(env: Env = process.env, platform: NodeJS.Platform = process.platform, home = homedir()): string {
  const told = env['GATEHOUSE_DATA'];
  if (told) return resolve(told);
  if (platform === 'win32') return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'Gatehouse');
  return join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'gatehouse');
}
