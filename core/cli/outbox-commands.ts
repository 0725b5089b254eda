import { exportCertificate, listCertificates, showCertificate } from './commands/certificates.ts';
import {
  discardDeadLetters,
  exportDeadLetters,
  listDeadLetters,
  retryDeadLetters,
  showDeadLetter,
} from './commands/dead-letters.ts';
import { limit, outbox, waiting } from './commands/outbox.ts';
import { forgetSession, listSessions } from './commands/sessions.ts';
import { storage } from './commands/storage.ts';
import { type Act, type Common, wholeNumber } from './usage.ts';

const POLICIES = ['drop-oldest', 'drop-lowest', 'reject-newest', 'thin-out'] as const;
const MOST = Number.MAX_SAFE_INTEGER;

function addOutbox(parser: Common, act: Act): Common {
  const parts = (y: Common) =>
    y
      .command(
        'messages <stream>',
        'The oldest messages that wait in a stream',
        (one) =>
          one
            .positional('stream', { type: 'string', demandOption: true, describe: 'Name of the stream; "rest" for all others' })
            .option('limit', { alias: 'n', describe: 'At most so many', default: 50, coerce: wholeNumber('--limit', 1, 200) })
            .option('after', { describe: 'Only numbers above this one', default: 0, coerce: wholeNumber('--after', 0, MOST) }),
        (argv) => act(argv, (context) => waiting(context, { stream: argv.stream, after: argv.after, limit: argv.limit })),
      )
      .command(
        'limit <stream>',
        'Change the limits of a stream, or of the outbox as a whole ("all")',
        (one) =>
          one
            .positional('stream', { type: 'string', demandOption: true, describe: 'Name of the stream, or "all"' })
            .option('hours', { type: 'string', describe: 'Keep at most so long; "none": no such limit', requiresArg: true })
            .option('bytes', { type: 'string', describe: 'Keep at most so much, e.g. 2GB; or "none"', requiresArg: true })
            .option('messages', { type: 'string', describe: 'Keep at most so many; or "none"', requiresArg: true })
            .option('when-full', { choices: POLICIES, describe: 'What happens then ("drop-lowest" only for "all")' }),
        (argv) =>
          act(argv, (context) =>
            limit(context, {
              stream: argv.stream,
              hours: argv.hours,
              bytes: argv.bytes,
              messages: argv.messages,
              whenFull: argv['when-full'],
            }),
          ),
      );
  return parser.command('outbox', 'What waits for the cloud, how long the line may be down, and the books', parts, (argv) =>
    act(argv, outbox),
  );
}

function addDeadLetters(parser: Common, act: Act): Common {
  const parts = (y: Common) =>
    y
      .command(
        'list',
        'The newest refused messages',
        (one) =>
          one.option('limit', {
            alias: 'n',
            describe: 'At most so many',
            default: 50,
            coerce: wholeNumber('--limit', 1, 100_000),
          }),
        (argv) => act(argv, (context) => listDeadLetters(context, { limit: argv.limit })),
      )
      .command(
        'show <number>',
        'All of one message, with its payload',
        (one) =>
          one.positional('number', {
            demandOption: true,
            describe: 'As in the list',
            coerce: wholeNumber('the number', 1, MOST),
          }),
        (argv) => act(argv, (context) => showDeadLetter(context, { id: argv.number })),
      )
      .command(
        'retry [numbers..]',
        'Send them again; one of them changed',
        (one) =>
          one
            .positional('numbers', { type: 'string', array: true, default: [], describe: 'As in the list' })
            .option('all', { type: 'boolean', default: false, describe: 'All of them' })
            .option('topic', { type: 'string', describe: 'On another topic', requiresArg: true })
            .option('payload-file', { type: 'string', describe: 'With the payload from this file', requiresArg: true }),
        (argv) =>
          act(argv, (context) =>
            retryDeadLetters(context, {
              ids: argv.numbers,
              all: argv.all,
              topic: argv.topic,
              payloadFile: argv['payload-file'],
            }),
          ),
      )
      .command(
        'discard [numbers..]',
        'Remove them for good',
        (one) =>
          one
            .positional('numbers', { type: 'string', array: true, default: [], describe: 'As in the list' })
            .option('all', { type: 'boolean', default: false, describe: 'All of them' }),
        (argv) => act(argv, (context) => discardDeadLetters(context, { ids: argv.numbers, all: argv.all })),
      )
      .command(
        'export',
        'Write all of them, one JSON object a line',
        (one) => one.option('out', { type: 'string', describe: 'File; without it the standard output', requiresArg: true }),
        (argv) => act(argv, (context) => exportDeadLetters(context, { out: argv.out })),
      )
      .demandCommand(1, 'Name what to do with them: list, show, retry, discard or export.');
  return parser.command('dead-letters', 'Messages that the cloud refused for good', parts);
}

function addCertificates(parser: Common, act: Act): Common {
  const parts = (y: Common) =>
    y
      .command('list', 'All certificates, newest first', {}, (argv) => act(argv, listCertificates))
      .command(
        'show <id>',
        'One certificate',
        (one) => one.positional('id', { type: 'string', demandOption: true, describe: 'As in the list' }),
        (argv) => act(argv, (context) => showCertificate(context, { id: argv.id })),
      )
      .command(
        'export <id>',
        'A certificate as JSON, or as an HTML page that prints well',
        (one) =>
          one
            .positional('id', { type: 'string', demandOption: true, describe: 'As in the list' })
            .option('format', { choices: ['json', 'html'] as const, default: 'json' as const, describe: 'Kind of file' })
            .option('out', { type: 'string', describe: 'File; without it the standard output', requiresArg: true }),
        (argv) => act(argv, (context) => exportCertificate(context, { id: argv.id, format: argv.format, out: argv.out })),
      )
      .demandCommand(1, 'Name what to do with them: list, show or export.');
  return parser.command('certificates', 'Delivery certificates: what became of the messages of an outage', parts);
}

function addSessions(parser: Common, act: Act): Common {
  const parts = (y: Common) =>
    y
      .command('list', 'All sessions', {}, (argv) => act(argv, listSessions))
      .command(
        'forget <client>',
        'Forget a session with all that waits in it; a connected client is disconnected',
        (one) => one.positional('client', { type: 'string', demandOption: true, describe: 'MQTT client id, as in the list' }),
        (argv) => act(argv, (context) => forgetSession(context, { id: argv.client })),
      )
      .demandCommand(1, 'Name what to do with them: list or forget.');
  return parser.command('sessions', 'What the local broker remembers of its clients', parts);
}

/** What waits, what was refused, what was delivered after an outage, and the disk under it. */
export function addOutboxCommands(parser: Common, act: Act): Common {
  const all = addSessions(addCertificates(addDeadLetters(addOutbox(parser, act), act), act), act);
  return all.command('storage', 'The disk and its wear, the databases, the clock', {}, (argv) => act(argv, storage));
}
