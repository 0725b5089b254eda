import type { ApiClient } from '../../contract/client.ts';
import type { ExitCode, Output } from '../output.ts';

/** What a command works with. */
export interface Context {
  /** Absolute path of the data directory. */
  readonly data: string;
  readonly output: Output;
  /** Aborted by Ctrl-C and when nobody reads the output any more. */
  readonly signal: AbortSignal;
  readonly stdin: NodeJS.ReadStream;
  /**
   * Connects, runs, and closes the connection whatever happens. Rejects with `cli/not-running`, and with the gateway's own
   * fault when it refuses a watch.
   */
  withClient(run: (client: ApiClient) => Promise<ExitCode>): Promise<ExitCode>;
}
