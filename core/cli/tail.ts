/**
 * From the events of a log-like view to the rows that were not shown yet, oldest first. A snapshot after a lost
 * connection repeats old rows; after a restart of the gateway the numbers begin anew.
 */
export function createTail<R extends { readonly id: number }>(showOld: number) {
  let last: number | null = null;
  return (event: { kind: 'snapshot'; items: readonly R[] } | { kind: 'patch'; set: readonly R[] } | { kind: 'offline' }): R[] => {
    if (event.kind === 'offline') return [];
    const rows = [...(event.kind === 'snapshot' ? event.items : event.set)].sort((a, b) => a.id - b.id);
    const newest = rows.at(-1)?.id ?? 0;
    const before = last;
    const restarted = event.kind === 'snapshot' && before !== null && newest < before;
    last = restarted ? newest : Math.max(newest, before ?? 0);
    if (before === null) return showOld === 0 ? [] : rows.slice(-showOld);
    return restarted ? rows : rows.filter((row) => row.id > before);
  };
}
