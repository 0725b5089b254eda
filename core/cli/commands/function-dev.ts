import { systemClock } from '../../base/clock.ts';
import { describe } from '../../base/errors.ts';
import type { LogRecord } from '../../base/log.ts';
import type { Draft } from '../../contract/message.ts';
import { topicMatches } from '../../router/topics.ts';
import { openProject } from '../function-project.ts';
import { type LocalFunction, openLocalFunction, readSecrets } from '../local-function.ts';
import { EXIT, type ExitCode, type Output, printable } from '../output.ts';
import { live, replay, type TrafficEars, type TrafficEvent, withDemo } from '../traffic.ts';
import { watchFiles } from '../watch-files.ts';
import type { Context } from './command.ts';
import { payloadText } from './streams.ts';
import { logLine } from './views.ts';

export interface DevOptions {
  readonly path: string;
  /** Which messages it gets. */
  readonly filter: string;
  /** Output of `gatehouse subscribe --json` to replay; at each change of the code from its beginning. */
  readonly recording: string | undefined;
  readonly speed: number;
  /** Ends after the recording. */
  readonly once: boolean;
  readonly demo: boolean;
  /** Publish what it publishes, as a local client of the gateway. */
  readonly publish: boolean;
  readonly secrets: string | undefined;
  readonly handler: string | undefined;
  readonly isolation: 'thread' | 'process' | undefined;
}

const POLL_MS = 20;

/** What a person sees while the function runs; with --json one object a line. */
function createScreen(output: Output) {
  const say = (kind: string, facts: object, text: string): void =>
    output.line(output.json ? JSON.stringify({ kind, ...facts }) : text);
  const message = (kind: string, arrow: string, topic: string, payload: Uint8Array): void => {
    const bytes = Buffer.from(payload);
    say(kind, { topic, payload: bytes.toString('base64') }, `${arrow} ${printable(topic)} ${payloadText(bytes)}`);
  };
  return {
    event: ({ topic, payload }: TrafficEvent) => message('event', '<-', topic, payload),
    published: ({ topic, payload }: Draft) => message('published', '->', topic, payload),
    done: (what: string) => say('done', { what }, `-> ${printable(what)}`),
    record: (record: LogRecord) => say('log', record, logLine(record)),
    loaded: (ms: number) => say('loaded', { ms }, `Loaded in ${Math.round(ms)} ms.`),
    failed: (cause: unknown) => say('failed', { message: describe(cause) }, `Not loaded: ${describe(cause)}`),
  };
}

/** Waits until the function has worked off enough, so that a quick recording does not overrun its queue. */
async function untilBelow(place: LocalFunction, waiting: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const runner = place.current()?.runner;
    const busy = runner?.instances().some((one) => one.inFlight > 0) ?? false;
    const view = runner?.view();
    if (!view || view.state === 'parked' || view.queue + view.retrying + (busy ? 1 : 0) <= waiting) return;
    await systemClock.sleep(POLL_MS, signal).catch(() => {});
  }
}

/**
 * `gatehouse function dev`: runs the function here, on what flows in a gateway (or in the demo, or in a recording), again at each change of
 * its files. What it publishes is shown, and reaches the gateway only with --publish. Goes on until Ctrl-C.
 */
export async function developFunction(context: Context, options: DevOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const screen = createScreen(output);
  let send: ((topic: string, payload: Uint8Array) => Promise<void>) | null = null;
  function publish(draft: Draft): void {
    screen.published(draft);
    if (!options.publish || !send) return;
    if (topicMatches(options.filter, draft.topic)) output.note('That was not published: it would come back by the filter.');
    else send(draft.topic, draft.payload).catch((cause: unknown) => output.note(describe(cause)));
  }
  const { folder } = await openProject(options.path, options);
  const secrets = await readSecrets(options.secrets);
  const place = await openLocalFunction({ onPublish: publish, onRecord: screen.record, onDone: screen.done }, secrets);
  const ears: TrafficEars = {
    note: output.note,
    async take(event) {
      screen.event(event);
      await untilBelow(place, 100, signal);
      await place.current()?.deliver(event.topic, event.payload, event.source);
    },
  };
  /** Ends the replay before when the next one begins. */
  let replaying = new AbortController();
  let turn: Promise<void> = Promise.resolve();
  async function load(): Promise<boolean> {
    const began = systemClock.monotonic();
    try {
      await place.load(await openProject(options.path, options), signal);
      screen.loaded(systemClock.monotonic() - began);
      return true;
    } catch (cause) {
      if (!signal.aborted) screen.failed(cause);
      return false;
    }
  }
  async function play(recording: string): Promise<void> {
    replaying = new AbortController();
    const either = AbortSignal.any([signal, replaying.signal]);
    await replay(recording, options, ears, either);
    await untilBelow(place, 0, either);
    if (!either.aborted) output.note('The recording is over.');
  }
  async function changed(): Promise<void> {
    if (!(await load()) || options.recording === undefined) return;
    play(options.recording).catch((cause: unknown) => output.note(describe(cause)));
  }
  function reload(): void {
    replaying.abort();
    turn = turn.then(changed);
  }
  const flow = (data: string): Promise<void> =>
    live(context, data, options.filter, ears, (found) => {
      send = found;
    });
  const unwatch = options.once
    ? () => {}
    : watchFiles(folder, reload, (cause) => output.note(`Changes are not seen: ${describe(cause)}`));
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    const isLoaded = await load();
    if (options.recording !== undefined) {
      if (isLoaded) await play(options.recording);
      if (!options.once) await ended;
      else if (!isLoaded || (place.current()?.runner.view().failures ?? 0) > 0) return EXIT.failed;
    } else if (options.demo) await withDemo(flow);
    else await flow(context.data);
    return EXIT.ok;
  } finally {
    unwatch();
    await turn;
    await place.stop();
  }
}
