import { contextOf, invocationView } from '../../api/handlers/function-handlers.ts';
import { openProject } from '../function-project.ts';
import { openLocalFunction, readSecrets } from '../local-function.ts';
import { EXIT, type ExitCode, printable } from '../output.ts';
import { payloadOf, readNamed } from '../payload.ts';
import type { Context } from './command.ts';
import { parseContext, showInvocation } from './invoke.ts';

export interface RunOptions {
  /** Folder or file. */
  readonly path: string;
  /** File with the event; `-` reads the standard input. */
  readonly event: string | undefined;
  readonly topic: string;
  readonly context: string | undefined;
  readonly secrets: string | undefined;
  readonly handler: string | undefined;
  readonly isolation: 'thread' | 'process' | undefined;
}

/** `gatehouse function run`: one invocation, without a gateway, with the limits and permissions that it will have. Failed: exit code 1. */
export async function runFunction(context: Context, options: RunOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const payload = (await payloadOf({ payload: undefined, file: options.event }, context, 'an --event file')) ?? Buffer.alloc(0);
  const clientContext =
    options.context === undefined
      ? undefined
      : parseContext(options.context, (await readNamed(options.context)).toString('utf8'));
  const project = await openProject(options.path, options);
  const place = await openLocalFunction(
    {
      onPublish: () => {},
      onRecord: () => {},
      onDone: (what) => output.note(printable(`-> ${what}`)),
    },
    await readSecrets(options.secrets),
  );
  try {
    const run = await place.load(project, signal);
    const outcome = await run.runner.invoke(
      {
        payload,
        by: { kind: 'cli', id: '' },
        subject: options.topic,
        hops: 0,
        observe: true,
        ...(clientContext !== undefined && { clientContext: contextOf(clientContext) }),
      },
      signal,
    );
    showInvocation(output, invocationView(outcome));
    return outcome.functionError === '' ? EXIT.ok : EXIT.failed;
  } finally {
    await place.stop();
  }
}
