import { describe } from 'vitest';
import { createMemoryDeadLetters } from '../../../core/store/memory-dead-letters.ts';
import { createMemorySpool, createMemorySpoolState } from '../../../core/store/memory-spool.ts';
import { type SpoolUnderTest, spoolConformance } from '../../conformance/spool.suite.ts';
import { spoolPoliciesConformance } from '../../conformance/spool-policies.suite.ts';

describe('the memory spool', () => {
  const build = async (): Promise<SpoolUnderTest> => {
    const state = createMemorySpoolState();
    let steady = 1;
    const open = (): SpoolUnderTest => {
      const spool = createMemorySpool(state, { steady: () => steady, now: () => 1_767_225_600_000 });
      return {
        spool,
        deadLetters: createMemoryDeadLetters(state, spool),
        reopen: async () => open(),
        close: async () => {},
        async advance(ms) {
          steady += ms;
        },
      };
    };
    return open();
  };
  spoolConformance('memory', build);
  spoolPoliciesConformance('memory', build);
});
