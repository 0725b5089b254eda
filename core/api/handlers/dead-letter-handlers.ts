import { GatewayError } from '../../base/errors.ts';
import type { Input, Output } from '../../contract/api.ts';
import type { DeadLetterView } from '../../contract/outbox-views.ts';
import type { DeadLetter } from '../../store/dead-letters.ts';
import type { Handlers } from '../sources.ts';
import { bytesOf, checkTopic, loggedIds, namedIds } from './input-checks.ts';
import { base64Of, shownPayload, sourceText } from './message-source.ts';
import type { GatewayRuntime } from './runtime.ts';

/** A page of the export: whichever is reached first. */
const EXPORT_BYTES = 2 * 1_048_576;
const EXPORT_MESSAGES = 500;
const EXPORT_STEP = 25;

type Methods = Pick<
  Handlers,
  'deadletter.list' | 'deadletter.get' | 'deadletter.retry' | 'deadletter.discard' | 'deadletter.export'
>;

function editOf(input: Input<'deadletter.retry'>): { topic: string; payload: Uint8Array } | undefined {
  if (!input.edit) return undefined;
  if (input.ids?.length !== 1)
    throw new GatewayError('api/bad-input', 'Only one message can be changed at a time.', {
      remedy: 'Name the number of one message, or send them again unchanged.',
    });
  checkTopic(input.edit.topic);
  return { topic: input.edit.topic, payload: bytesOf(input.edit.payload) };
}

/** Numbers that are all gone are a list that is out of date; some of them gone is normal. */
function checkFound(ids: readonly number[] | null, count: number): void {
  if (ids === null || count > 0) return;
  if (ids.length === 0)
    throw new GatewayError('api/bad-input', 'No message was named.', { remedy: 'Name at least one number, or all.' });
  throw new GatewayError('deadletter/unknown', `There is no refused message ${namedIds(ids)} any more.`);
}

/** Messages that the far end refused for good. What is sent again or discarded leaves a line in the log that says by whom. */
export function createDeadLetterHandlers(runtime: GatewayRuntime): Methods {
  const log = runtime.logs.logger('outbox');
  const { deadLetters } = runtime.store;

  function view({ message, ...letter }: DeadLetter, whole: boolean): DeadLetterView {
    const { payload } = message;
    return {
      id: letter.id,
      entry: letter.entry,
      destination: letter.destination,
      stream: letter.stream,
      topic: message.topic,
      source: sourceText(message.source),
      custody: letter.custody,
      at: runtime.redate(message.at).wallMs,
      ...(whole ? { size: payload.byteLength, payload: base64Of(payload), truncated: false } : shownPayload(payload)),
      fault: letter.fault,
    };
  }
  function exportLine(letter: DeadLetter): string {
    const { truncated: _never, ...row } = view(letter, true);
    const { sequence, qos, retain } = letter.message;
    return JSON.stringify({ ...row, at: new Date(row.at).toISOString(), sequence, qos, retain });
  }
  async function exportPage(from: number | null): Promise<Output<'deadletter.export'>> {
    const lines: string[] = [];
    let bytes = 0;
    let before = from;
    while (true) {
      const letters = await deadLetters.list(before, EXPORT_STEP);
      for (const letter of letters) {
        const line = exportLine(letter);
        lines.push(line);
        bytes += line.length;
        before = letter.id;
        if (bytes >= EXPORT_BYTES) break;
      }
      const full = bytes >= EXPORT_BYTES || lines.length >= EXPORT_MESSAGES;
      if (!full && letters.length === EXPORT_STEP) continue;
      return { text: lines.map((line) => `${line}\n`).join(''), next: full ? before : null };
    }
  }
  return {
    'deadletter.list': async ({ before, limit }) => (await deadLetters.list(before, limit)).map((one) => view(one, false)),
    'deadletter.get': async ({ id }) => {
      const found = await deadLetters.get(id);
      if (!found) throw new GatewayError('deadletter/unknown', `There is no refused message ${id} any more.`);
      return view(found, true);
    },
    'deadletter.retry': async (input, _signal, caller) => {
      const edit = editOf(input);
      const count = input.ids?.length === 0 ? 0 : await deadLetters.retry(input.ids, edit);
      checkFound(input.ids, count);
      log.info('dead-letter.retried', {
        message: `${count} refused message(s) are sent again.`,
        count,
        ids: loggedIds(input.ids),
        changed: edit !== undefined,
        by: caller.kind,
      });
      return { count };
    },
    'deadletter.discard': async ({ ids }, _signal, caller) => {
      const count = ids?.length === 0 ? 0 : await deadLetters.discard(ids);
      checkFound(ids, count);
      log.warn('dead-letter.discarded', {
        message: `${count} refused message(s) were discarded.`,
        count,
        ids: loggedIds(ids),
        by: caller.kind,
      });
      return { count };
    },
    'deadletter.export': ({ before }) => exportPage(before),
  };
}
