import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { contextOf, invocationView } from '../../api/handlers/function-handlers.ts';
import { checkTopic } from '../../api/handlers/input-checks.ts';
import { GatewayError } from '../../base/errors.ts';
import { unpackZip } from '../../deploy/zip-read.ts';
import { openProject } from '../function-project.ts';
import { type LocalFunction, openLocalFunction, readSecrets } from '../local-function.ts';
import { EXIT, type ExitCode, printable } from '../output.ts';
import { payloadOf } from '../payload.ts';
import type { Context } from './command.ts';
import { givenContext, showInvocation } from './invoke.ts';

export interface RunOptions {
  /** Folder, file of code, or package. */
  readonly path: string;
  /** File with the event; `-` reads the standard input. */
  readonly event: string | undefined;
  readonly topic: string;
  readonly context: string | undefined;
  readonly clientContext: string | undefined;
  readonly secrets: string | undefined;
  readonly handler: string | undefined;
  readonly isolation: 'thread' | 'process' | undefined;
}

interface Opened {
  readonly path: string;
  remove(): Promise<void>;
}

/** A package is unpacked into a folder of its name, until `remove`; anything else is where it is. */
async function openPackage(given: string): Promise<Opened> {
  if (!given.endsWith('.zip')) return { path: given, remove: async () => {} };
  if (!(await stat(given).catch(() => null))?.isFile()) throw new GatewayError('cli/bad-input', `there is no ${resolve(given)}`);
  const root = await mkdtemp(join(tmpdir(), 'gatehouse-package-'));
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true });
  const path = join(root, basename(given, '.zip'));
  try {
    await unpackZip(given, path);
  } catch (cause) {
    await remove();
    throw cause;
  }
  return { path, remove };
}

/** `gatehouse function run`: one invocation, without a gateway, with the limits and permissions that it will have. Failed: exit code 1. */
export async function runFunction(context: Context, options: RunOptions): Promise<ExitCode> {
  const { output, signal } = context;
  checkTopic(options.topic);
  const payload = (await payloadOf({ payload: undefined, file: options.event }, context, 'an --event file')) ?? Buffer.alloc(0);
  const clientContext = await givenContext(options);
  const opened = await openPackage(options.path);
  let place: LocalFunction | undefined;
  try {
    const project = await openProject(opened.path, options);
    place = await openLocalFunction(
      {
        onPublish: () => {},
        onRecord: () => {},
        onDone: (what) => output.note(printable(`-> ${what}`)),
      },
      await readSecrets(options.secrets),
    );
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
    await place?.stop();
    await opened.remove();
  }
}
