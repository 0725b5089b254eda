export const payload = {
  copy: 'Copy',
  copied: 'Copied',
  selected: 'Selected: press Ctrl+C to copy',
  items: (count: number) => (count === 1 ? '1 item' : `${count} items`),
  fields: (count: number) => (count === 1 ? '1 field' : `${count} fields`),
  newBelow: (count: number) => (count === 1 ? '1 new' : `${count} new`),
  toNewest: 'Jump to the newest',
} as const;
