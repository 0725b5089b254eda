import type { SourceFile } from './imports.ts';

/**
 * Who may import whom. A folder may import what stands before it; folders of one level do not know each other, the composition
 * root connects them by passing interfaces. ARCHITECTURE.md explains the rule.
 */
const LEVELS: readonly (readonly string[])[] = [
  ['base'],
  ['contract'],
  ['config', 'security', 'transports', 'store', 'router'],
  ['functions', 'cloud'],
  ['adapters', 'broker', 'deploy', 'alarms', 'health', 'shadows', 'profiles'],
  ['tools', 'discovery'],
  ['demo'],
  ['api'],
  ['gateway'],
  ['main.ts'],
  ['cli'],
];

/** Packages that only one place may touch. */
const OWNERS: Readonly<Record<string, RegExp>> = {
  electron: /^electron\//,
  react: /^renderer\//,
  'react-dom': /^renderer\//,
  zustand: /^renderer\//,
  serialport: /^core\/transports\//,
  'node-ble': /^core\/transports\/bluetooth\//,
  'dbus-next': /^core\/transports\/bluetooth\//,
  'better-sqlite3': /^core\/store\/sqlite\//,
  aedes: /^core\/(broker|demo)\//,
  mqtt: /^core\/cloud\//,
  ws: /^core\/api\//,
  yaml: /^core\/deploy\//,
  yauzl: /^core\/deploy\//,
  croner: /^core\/functions\//,
  yargs: /^core\/cli\//,
};

const roomOf = (path: string): string => path.split('/')[1] ?? '';
const levelOf = (room: string): number => LEVELS.findIndex((rooms) => rooms.includes(room));
const packageOf = (name: string): string =>
  name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? name);

function coreFault(from: string, to: string): string | null {
  if (!to.startsWith('core/')) return `core must not know ${to.split('/')[0]}`;
  const [own, other] = [roomOf(from), roomOf(to)];
  if (own === other) return null;
  const [ownLevel, otherLevel] = [levelOf(own), levelOf(other)];
  if (ownLevel < 0 || otherLevel < 0) return `folder core/${ownLevel < 0 ? own : other} stands in no level`;
  return otherLevel < ownLevel ? null : `core/${own} stands before or beside core/${other}`;
}

function faultOf(from: string, to: string): string | null {
  if (!/^(core|electron|renderer|build|test)\//.test(to)) {
    const owner = OWNERS[packageOf(to)];
    return owner && !owner.test(from) ? `only ${owner.source} may import ${packageOf(to)}` : null;
  }
  if (from.startsWith('core/')) return coreFault(from, to);
  if (from.startsWith('renderer/')) {
    return to.startsWith('renderer/') || /^core\/(contract|base)\//.test(to)
      ? null
      : 'the renderer knows only core/contract and core/base';
  }
  if (from.startsWith('electron/')) return /^(electron|core)\//.test(to) ? null : `electron must not know ${to.split('/')[0]}`;
  return null;
}

export function layerFaults(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.imports.flatMap((to) => {
      const fault = faultOf(file.path, to);
      return fault === null ? [] : [`${file.path} imports ${to}: ${fault} (see ARCHITECTURE.md, "Who may import whom")`];
    }),
  );
}
