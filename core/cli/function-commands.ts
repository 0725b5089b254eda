import { discardFailed, listFailed, retryFailed, showFailed } from './commands/failed-events.ts';
import { invokeFunction } from './commands/invoke.ts';
import { listSecrets, removeSecret, setSecret } from './commands/secrets.ts';
import { addDevelopmentCommands } from './development-commands.ts';
import { type Act, CLIENT_CONTEXT, type Common, wholeNumber } from './usage.ts';

const MOST = Number.MAX_SAFE_INTEGER;

function addInvoke(parser: Common, act: Act): Common {
  return parser.command(
    'invoke <name> [payload]',
    'Invoke a function and show its result, its log and what it publishes',
    (y) =>
      y
        .positional('name', { type: 'string', demandOption: true, describe: 'Name of the function' })
        .positional('payload', { type: 'string', describe: 'The event, "-" reads the standard input; without it an empty one' })
        .option('event', {
          alias: 'e',
          type: 'string',
          describe: 'File with the event; "-" reads the standard input',
          requiresArg: true,
        })
        .option('saved', { type: 'string', describe: 'An event that was saved in the console', requiresArg: true })
        .option('topic', { type: 'string', describe: 'The topic it is told as the subject', requiresArg: true })
        .option('context', { type: 'string', describe: 'File with a client context (JSON)', requiresArg: true })
        .option('client-context', CLIENT_CONTEXT),
    (argv) =>
      act(argv, (context) =>
        invokeFunction(context, {
          name: argv.name,
          payload: argv.payload,
          event: argv.event,
          saved: argv.saved,
          topic: argv.topic,
          context: argv.context,
          clientContext: argv.clientContext,
        }),
      ),
  );
}

function addSecrets(parser: Common, act: Act): Common {
  const parts = (y: Common) =>
    y
      .command('list', 'All secrets, without their values', {}, (argv) => act(argv, listSecrets))
      .command(
        'set <name>',
        'Set a secret; its value is read from the standard input or a file',
        (one) =>
          one
            .positional('name', { type: 'string', demandOption: true, describe: 'Name of the secret' })
            .option('file', { type: 'string', describe: 'Read the value from a file', requiresArg: true })
            .option('binary', { type: 'boolean', default: false, describe: 'The value is bytes, not text' }),
        (argv) => act(argv, (context) => setSecret(context, { name: argv.name, file: argv.file, binary: argv.binary })),
      )
      .command(
        'remove <name>',
        'Remove a secret with all its versions',
        (one) => one.positional('name', { type: 'string', demandOption: true, describe: 'As in the list' }),
        (argv) => act(argv, (context) => removeSecret(context, { name: argv.name })),
      )
      .demandCommand(1, 'Name what to do with them: list, set or remove.');
  return parser.command('secret', 'Secrets that functions may ask for', parts);
}

const chosen = (one: Common) =>
  one
    .positional('function', { type: 'string', demandOption: true, describe: 'Name of the function' })
    .positional('numbers', { type: 'string', array: true, default: [], describe: 'As in the list' })
    .option('all', { type: 'boolean', default: false, describe: 'All of this function' });

function addFailed(parser: Common, act: Act): Common {
  const parts = (y: Common) =>
    y
      .command(
        'list [function]',
        'The newest ones, of one function or of all',
        (one) =>
          one.positional('function', { type: 'string', describe: 'Name of the function' }).option('limit', {
            alias: 'n',
            describe: 'At most so many',
            default: 50,
            coerce: wholeNumber('--limit', 1, 100_000),
          }),
        (argv) => act(argv, (context) => listFailed(context, { name: argv.function, limit: argv.limit })),
      )
      .command(
        'show <number>',
        'All of one event, with its payload',
        (one) =>
          one.positional('number', {
            demandOption: true,
            describe: 'As in the list',
            coerce: wholeNumber('the number', 1, MOST),
          }),
        (argv) => act(argv, (context) => showFailed(context, { id: argv.number })),
      )
      .command('retry <function> [numbers..]', 'Try them again', chosen, (argv) =>
        act(argv, (context) => retryFailed(context, { name: argv.function, ids: argv.numbers, all: argv.all })),
      )
      .command('discard <function> [numbers..]', 'Remove them for good', chosen, (argv) =>
        act(argv, (context) => discardFailed(context, { name: argv.function, ids: argv.numbers, all: argv.all })),
      )
      .demandCommand(1, 'Name what to do with them: list, show, retry or discard.');
  return parser.command('failed', 'Events that a function has failed for good', parts);
}

/** What a person does with functions: those that run, and those that are being written. */
export const addFunctionCommands = (parser: Common, act: Act): Common =>
  addFailed(addSecrets(addInvoke(addDevelopmentCommands(parser, act), act), act), act);
