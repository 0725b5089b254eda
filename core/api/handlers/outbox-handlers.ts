import { GatewayError } from '../../base/errors.ts';
import { type OutboxPolicyName, StreamPolicy } from '../../contract/document/outbox.ts';
import type { WaitingView } from '../../contract/outbox-views.ts';
import { editOutbox } from '../../deploy/edit-outbox.ts';
import type { SpoolEntry } from '../../store/spool.ts';
import { certificateFile } from '../files/certificate-file.ts';
import type { Handlers } from '../sources.ts';
import { shownPayload, sourceText } from './message-source.ts';
import type { GatewayRuntime } from './runtime.ts';

/** A page of long messages is cut here, so that looking at them costs no memory. */
const PAGE_BYTES = 4 * 1_048_576;

type Methods = Pick<Handlers, 'outbox.messages' | 'outbox.limit' | 'certificate.export' | 'session.forget'>;

function waitingView(runtime: GatewayRuntime, { id, custody, message, keptAt, expiresAt }: SpoolEntry): WaitingView {
  const steadyMs = runtime.steady();
  const { wallMs, redated } = runtime.redate(message.at);
  return {
    id,
    topic: message.topic,
    source: sourceText(message.source),
    custody,
    at: wallMs,
    redated,
    ageMs: Math.max(0, Math.round(steadyMs - keptAt)),
    expiresInMs: expiresAt === null ? null : Math.max(0, Math.round(expiresAt - steadyMs)),
    ...shownPayload(message.payload),
  };
}

/** `drop-lowest` looks at all streams together, so one stream cannot have it. */
function checkPolicy(stream: string | null, whenFull: OutboxPolicyName | undefined): void {
  if (stream === null || whenFull === undefined || StreamPolicy.safeParse(whenFull).success) return;
  throw new GatewayError('api/bad-input', `"${whenFull}" is for the outbox as a whole, not for the stream "${stream}".`, {
    remedy: `Use one of ${StreamPolicy.options.join(', ')}.`,
  });
}

/** What waits, the limits of it, certificates and sessions. Changes leave a line in the log that says who made them. */
export function createOutboxHandlers(runtime: GatewayRuntime): Methods {
  const log = runtime.logs.logger('outbox');
  return {
    'outbox.messages': async ({ stream, after, limit }) => {
      if (!runtime.outbox().some((one) => one.id === stream))
        throw new GatewayError('outbox/unknown-stream', `There is no stream "${stream}".`);
      const ask = { stream, from: 'oldest', limit, maxBytes: PAGE_BYTES, ...(after > 0 && { after }) } as const;
      return (await runtime.store.spool.peek(ask)).map((entry) => waitingView(runtime, entry));
    },
    'outbox.limit': async ({ stream, keep, whenFull }, _signal, caller) => {
      const { version, state } = runtime.engine.state();
      if (state === 'none')
        throw new GatewayError('document/not-found', 'No deployment document runs, so there are no limits to change.', {
          remedy: 'Apply a deployment document first.',
        });
      checkPolicy(stream, whenFull);
      const text = editOutbox(await runtime.engine.text(version), { stream, keep, whenFull });
      const note = `Outbox limits changed from the ${caller.kind === 'cli' ? 'command line' : 'console'}`;
      const next = await runtime.engine.apply(text, { by: caller.kind, note, basedOn: version, sameCode: true });
      log.info('outbox.limit-changed', {
        message: `New limits of ${stream === null ? 'the outbox' : `the stream ${stream}`}.`,
        stream: stream ?? '(all)',
        ...keep,
        ...(whenFull !== undefined && { whenFull }),
        version: next,
        by: caller.kind,
      });
      return { version: next };
    },
    'certificate.export': async ({ id, format }) => {
      const found = runtime.certificates().find((one) => one.id === id);
      if (!found) throw new GatewayError('certificate/unknown', `There is no delivery certificate "${id}".`);
      return certificateFile(found, format);
    },
    'session.forget': async ({ id }, _signal, caller) => {
      await runtime.forgetSession(id);
      runtime.logs.logger('broker').info('broker.session-forgotten', { client: id, by: caller.kind });
      return null;
    },
  };
}
