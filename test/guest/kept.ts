import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';

const Payload = z.object({ value: z.number().nullable(), quality: z.string() });

export interface KeptNumbers {
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** Good values that are not greater than the one before. */
  readonly outOfOrder: number;
  /** Numbers between the first and the last that are not there. */
  readonly missing: number;
}

/** What a stopped gateway's spool holds of the point `n` of a device, read by SQLite itself. */
export function keptNumbers(data: string, device: string): KeptNumbers {
  const db = new Database(join(data, 'store/spool.db'), { readonly: true });
  try {
    const rows = db.prepare('SELECT payload FROM entries WHERE topic LIKE ? ORDER BY id').pluck().all(`%devices/${device}/n`);
    const numbers: number[] = [];
    for (const row of z.array(z.instanceof(Buffer)).parse(rows)) {
      const { value, quality } = Payload.parse(JSON.parse(row.toString()));
      if (quality === 'good' && value !== null) numbers.push(value);
    }
    let outOfOrder = 0;
    for (const [index, number] of numbers.entries()) if (index > 0 && number <= (numbers[index - 1] ?? 0)) outOfOrder += 1;
    const [first, last] = [numbers[0] ?? 0, numbers.at(-1) ?? 0];
    const missing = numbers.length === 0 ? 0 : last - first + 1 - numbers.length + outOfOrder;
    return { count: numbers.length, first, last, outOfOrder, missing };
  } finally {
    db.close();
  }
}
