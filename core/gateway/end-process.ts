/** What is closed in order takes less. */
const GRACE_MS = 3000;

/**
 * Ends this process although something that was left behind at the stop (a socket, a driver's handle) keeps it alive, and names that. Does
 * nothing where the process ends by itself.
 */
export function endProcess(code: number, graceMs = GRACE_MS): void {
  const end = setTimeout(() => {
    const left = [...new Set(process.getActiveResourcesInfo())].join(', ');
    process.stderr.write(`The process is ended though something is still open: ${left}.\n`);
    process.exit(code);
  }, graceMs);
  end.unref();
}
