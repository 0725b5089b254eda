import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
/** As the gateway starts itself, see core/cli/become.ts: V8 would abort now and then where many threads come and go. */
const execArgv = process.platform === 'linux' && process.arch === 'x64' ? ['--no-memory-protection-keys'] : [];
const quick = { testTimeout: 15_000, hookTimeout: 15_000, execArgv };
const slow = { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false, execArgv };

/** One runner, one summary. `core` and `dom` are fast; the others start real peers and run one file at a time. */
export default defineConfig({
  root,
  test: {
    reporters: ['default', './build/tally.ts'],
    passWithNoTests: true,
    maxWorkers: 2,
    projects: [
      {
        root,
        test: {
          name: 'core',
          include: ['test/core/**/*.test.ts', 'test/electron/**/*.test.ts', 'test/build/**/*.test.ts'],
          ...quick,
        },
      },
      { root, test: { name: 'dom', include: ['test/renderer/**/*.test.{ts,tsx}'], environment: 'jsdom', ...quick } },
      { root, test: { name: 'integration', include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'], ...slow } },
      { root, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...slow } },
    ],
  },
});
