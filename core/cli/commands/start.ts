import { EXIT, type ExitCode, type Output } from '../output.ts';
import type { StartOptions } from '../start-options.ts';

/** `gatehouse start`: runs the gateway in this process until Ctrl-C or SIGTERM; a second one does not wait. */
export async function start(
  output: Output,
  options: StartOptions,
  load: () => Promise<{ startGateway(options: StartOptions): Promise<{ stop(): Promise<void> }> }>,
): Promise<ExitCode> {
  const { startGateway } = await load();
  const asked = new Promise<void>((resolve) => {
    let times = 0;
    const onSignal = (): void => {
      times += 1;
      if (times > 1) process.exit(130);
      resolve();
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
  const gateway = await startGateway(options);
  if (!output.json) output.note('The gateway runs. Ctrl-C stops it.');
  await asked;
  await gateway.stop();
  return EXIT.ok;
}
