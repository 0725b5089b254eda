import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createKeptReports } from '../../../core/gateway/kept-reports.ts';

it('keeps the newest reports of all sites, and what is not one of them', async () => {
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-reports-'));
  try {
    const folder = join(data, 'reports');
    const keep = createKeptReports(folder, 2);
    const path = await keep('acceptance-zoo-2026-11-22-080000.pdf', Buffer.from('%PDF-1'));
    expect(path).toBe(join(folder, 'acceptance-zoo-2026-11-22-080000.pdf'));
    expect(readFileSync(path, 'utf8')).toBe('%PDF-1');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await keep('acceptance-a-2026-11-23-080000.html', Buffer.from('x'));
    await keep('acceptance-b-2026-11-23-090000.pdf', Buffer.from('x'));
    expect(readdirSync(folder).sort()).toEqual([
      'acceptance-a-2026-11-23-080000.html',
      'acceptance-b-2026-11-23-090000.pdf',
      'notes.txt',
    ]);
  } finally {
    rmSync(data, { recursive: true });
  }
});
