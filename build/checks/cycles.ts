import type { SourceFile } from './imports.ts';

/** Import cycles, each once, as the list of its files. */
export function cycles(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const trail: string[] = [];
  function visit(path: string): void {
    state.set(path, 'open');
    trail.push(path);
    for (const to of byPath.get(path)?.imports ?? []) {
      if (!byPath.has(to)) continue;
      const known = state.get(to);
      if (known === 'open') found.push(`cycle: ${[...trail.slice(trail.indexOf(to)), to].join(' -> ')}`);
      else if (known === undefined) visit(to);
    }
    trail.pop();
    state.set(path, 'done');
  }
  for (const file of files) if (!state.has(file.path)) visit(file.path);
  return found;
}
