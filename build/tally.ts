import type { Reporter, TestModule } from 'vitest/node';

/** Prints `N passed, N failed` (and the skipped) as the very last line, so that any CI can read it. */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    // Steps before the tests (build, check) count like a test.
    const before = (process.env['GATEHOUSE_FAILED_STEPS'] ?? '').split(',').filter((name) => name !== '');
    let failed = unhandled.length + before.length;
    let skipped = 0;
    for (const module of modules) {
      if (module.errors().length > 0) failed += 1;
      // A hook that fails skips its tests: the suite is what has failed.
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else skipped += 1;
      }
    }
    process.once('exit', () => {
      if (before.length > 0) process.stdout.write(`\nfailed before the tests: ${before.join(', ')}\n`);
      process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
    });
  }
}
