import { fileURLToPath } from 'node:url';
import { systemClock } from './base/clock.ts';
import { GatewayError } from './base/errors.ts';
import { endProcess } from './gateway/end-process.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import type { Desktop, GatewayOptions, StartOptions } from './gateway/options.ts';

const START_TIMEOUT_MS = 60_000;

/** `dist/renderer`, seen from the source tree as well as from the bundle. */
function rendererDir(): string {
  const bundled = import.meta.url.includes('/dist/core/');
  return fileURLToPath(new URL(bundled ? '../renderer' : '../dist/renderer', import.meta.url));
}

function toGatewayOptions(options: StartOptions, terminal: NodeJS.WritableStream | null, desktop?: Desktop): GatewayOptions {
  const { data, document, port, mqttPort, demo } = options;
  return {
    data,
    document,
    port,
    mqttPort,
    demo,
    rendererDir: rendererDir(),
    terminal,
    desktop,
  };
}

/** Builds and starts the gateway; for Electron's main process, tests and the command line. Rejects with a GatewayError. */
export async function startGateway(
  options: StartOptions,
  terminal: NodeJS.WritableStream | null = process.stderr,
  desktop?: Desktop,
): Promise<Gateway> {
  const gateway = createGateway(toGatewayOptions(options, terminal, desktop));
  await gateway.start(AbortSignal.timeout(START_TIMEOUT_MS));
  return gateway;
}

/** One Ctrl-C can arrive twice: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 1000;

/** Resolves with the exit code at the first of SIGINT and SIGTERM; a later one ends the process at once. */
function untilSignal(): Promise<number> {
  return new Promise((resolve) => {
    let askedAt: number | null = null;
    const onSignal = (): void => {
      const now = systemClock.monotonic();
      if (askedAt !== null && now - askedAt > SAME_SIGNAL_MS) process.exit(1);
      askedAt ??= now;
      resolve(0);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

function explain(cause: unknown): string {
  if (cause instanceof GatewayError) return `The gateway cannot start. ${cause.message}\n${cause.remedy}\n`;
  return `The gateway cannot start. ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`;
}

/**
 * Runs the gateway in this process until it is told to stop, and gives the exit code. `lead` is said before the console's address,
 * e.g. why there is no window.
 */
export async function runHeadless(options: StartOptions, lead = ''): Promise<number> {
  const ended = untilSignal();
  let gateway: Gateway;
  try {
    gateway = await startGateway(options);
  } catch (cause) {
    process.stderr.write(explain(cause));
    return 1;
  }
  process.stdout.write(
    `${lead}${lead === '' ? '' : '\n'}Gatehouse runs. Console: ${gateway.consoleUrl() ?? '(none)'}  Stop with Ctrl-C.\n`,
  );
  const code = await ended;
  await gateway.stop();
  process.stdout.write('Gatehouse has stopped.\n');
  endProcess(code);
  return code;
}
