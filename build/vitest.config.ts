import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
/** As the gateway starts itself, see core/cli/become.ts: V8 would abort now and then where many threads come and go. */
const execArgv = process.platform === 'linux' && process.arch === 'x64' ? ['--no-memory-protection-keys'] : [];
const quick = { testTimeout: 30_000, hookTimeout: 30_000, execArgv };
const slow = { testTimeout: 120_000, hookTimeout: 120_000, execArgv };
/** They compare latencies: a file of another suite beside them would be what they measure. */
const alone = ['test/faults/functions-neighbours.test.ts'];

/** One runner, one summary. Two files run at a time, those of `alone` by themselves after the others. */
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
      {
        root,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'],
          exclude: alone,
          ...slow,
        },
      },
      { root, test: { name: 'alone', include: alone, ...slow, fileParallelism: false } },
      { root, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...slow } },
    ],
  },
});
