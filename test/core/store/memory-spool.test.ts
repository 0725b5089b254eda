import { describe } from 'vitest';
import { createMemorySpool, createMemorySpoolState } from '../../../core/store/memory-spool.ts';
import { type SpoolUnderTest, spoolConformance } from '../../conformance/spool.suite.ts';

describe('the memory spool', () => {
  spoolConformance('memory', async () => {
    const state = createMemorySpoolState();
    const open = (): SpoolUnderTest => ({ spool: createMemorySpool(state), reopen: async () => open(), close: async () => {} });
    return open();
  });
});
