import { systemClock } from '../../base/clock.ts';
import type { Cell } from '../carrier/cell.ts';
import { captureConsole, guardProcess } from '../lambda/guards.ts';
import { describeLoadFault, loadHandler } from '../lambda/load.ts';
import { describeUncaught } from '../lambda/thrown.ts';
import { createLineLimit } from '../line-limit.ts';
import { installSupplied } from '../modules/supply.ts';
import { createOutbox } from '../outbox.ts';
import type { FromInstance, InstanceFacts, LogLine, ToInstance } from '../protocol.ts';
import { createThreadLoop, type ThreadLoop } from '../thread-loop.ts';
import { emptyLoopOf } from './empty-loop.ts';
import type { InsideLine } from './line.ts';
import { createSdkLine } from './sdk-line.ts';
import { sdkModules } from './sdk-modules.ts';

const LINES_PER_S = 200;

/** Everything that both kinds of instances do: takes what is dangerous, supplies modules, loads the handler, handles events. */
export async function runInside(data: InstanceFacts, line: InsideLine, cell: Cell): Promise<void> {
  const { monotonic } = systemClock;
  const began = monotonic();
  const send = (message: FromInstance): void => line.send(message, []);
  const outbox = createOutbox({ monotonic, send: line.send, soon: (fn) => void setImmediate(fn), unsent: line.unsent });
  let loop: ThreadLoop | undefined;
  const limited = createLineLimit(LINES_PER_S, monotonic);
  const log = (text: LogLine): void => {
    for (const one of limited(text)) outbox.log(one);
  };
  captureConsole(console, log);
  guardProcess(process, line.isolation);
  process.on('exit', () => outbox.flush());
  process.on('uncaughtException', (thrown: unknown, origin) => {
    outbox.flush();
    const running = loop?.current !== undefined;
    line.sendLast({ t: 'uncaught', thrown: describeUncaught(thrown, data.directory, origin), running }, () => process.exit(1));
  });
  const sdkLine = createSdkLine({
    send(message) {
      outbox.flush(); // what was published before is done before
      send(message);
    },
    owner: () => loop?.current,
  });
  const sdk = sdkModules({
    line: sdkLine,
    longLived: data.longLived,
    publish: (topic, payload, options) =>
      loop?.publish(topic, payload, options) ?? outbox.publish(undefined, topic, payload, options),
    countPublish: () => loop?.countPublish(),
    log,
    metric: outbox.metric,
  });
  installSupplied(sdk.supplied);
  let heard = (): void => {};
  const early: ToInstance[] = [];
  line.onMessage((message) => {
    // A module may ask and publish while it loads, and wait for the answer.
    if (message.t === 'answer') sdkLine.answer(message.id, message.value, message.fault);
    else if (message.t === 'accepted') outbox.accepted(message.first, message.count, message.refused);
    else if (loop) loop.receive(message);
    else early.push(message);
    heard();
  });
  // Until the handler is there nothing holds the instance but this line: a module that waits for ever meets its deadline.
  line.ref();
  try {
    const handler = await loadHandler(data);
    const sharedOffsetMs = Number(process.hrtime.bigint()) / 1e6 - monotonic();
    const emptyLoop = emptyLoopOf(line, () => outbox.unanswered + sdkLine.unanswered);
    loop = createThreadLoop(handler, {
      data,
      cell,
      outbox,
      line: sdkLine,
      emptyLoop,
      monotonic,
      sharedOffsetMs,
      divert: sdk.divert,
      send,
    });
    heard = emptyLoop.heard;
    for (const message of early) loop.receive(message);
    send({ t: 'ready', loadMs: monotonic() - began });
  } catch (thrown) {
    outbox.flush();
    line.sendLast({ t: 'load-failed', thrown: await describeLoadFault(thrown, data.path) }, () => process.exit(1));
  }
}
