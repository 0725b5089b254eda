import { fileCell } from './carrier/file-cell.ts';
import { runInside } from './inside/main.ts';
import { reportMemory } from './inside/memory-report.ts';
import { takeLine } from './inside/process-line.ts';

const { line, data } = await takeLine(() => process.exit(0));
reportMemory(line);
if (typeof data.cell !== 'number') throw new Error('a process needs a descriptor for its cell');
void runInside(data, line, fileCell(data.cell)); // never rejects
