import { become, isSettled } from './become.ts';

const NEEDED = 24;

/** Everything else is imported after the check, since an older Node would stumble over it. */
async function main(): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) < NEEDED) {
    process.stderr.write(
      `gatehouse needs Node.js ${NEEDED} or newer; this is ${process.versions.node}. Install it from https://nodejs.org.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const [, program = '', ...args] = process.argv;
  if (args[0] === 'start' && !isSettled()) become(program, args);
  const life = new AbortController();
  // A reader that has seen enough (`| head`) ends the command like Ctrl-C does, without a complaint.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EPIPE') throw cause;
      life.abort();
    });
  process.once('SIGINT', () => life.abort()).once('SIGTERM', () => life.abort());
  const { runCli } = await import('./run.ts');
  const { VERSION } = await import('../gateway/version.ts');
  process.exitCode = await runCli(process.argv.slice(2), { version: VERSION, signal: life.signal });
}

await main();
