import { newFunction, TEMPLATES } from './commands/function-new.ts';
import type { RunOptions } from './commands/function-run.ts';
import { type Act, CLIENT_CONTEXT, type Common, UsageError } from './usage.ts';

const ISOLATIONS = ['thread', 'process'] as const;

function addNew(parser: Common, act: Act): Common {
  return parser.command(
    'new <name>',
    'A folder with a new function in TypeScript',
    (y) =>
      y
        .positional('name', { type: 'string', demandOption: true, describe: 'Name of the function' })
        .option('template', { alias: 't', choices: TEMPLATES, default: TEMPLATES[0], describe: 'What it begins with' })
        .option('dir', { type: 'string', describe: 'Another folder than its name', requiresArg: true }),
    (argv) => act(argv, (context) => newFunction(context, { name: argv.name, template: argv.template, dir: argv.dir })),
  );
}

function speed(value: unknown): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) throw new UsageError('--speed must be a number, 0 or more');
  return number;
}

const withProject = (y: Common) =>
  y
    .positional('path', { type: 'string', default: '.', describe: 'Its folder, one file of code, or (run) its package' })
    .option('handler', { type: 'string', describe: 'Another handler than its function.yaml names', requiresArg: true })
    .option('isolation', { choices: ISOLATIONS, describe: 'In a thread or in a process of its own' })
    .option('secrets', { type: 'string', describe: 'JSON file with secrets for this run, by name', requiresArg: true });

function addRun(parser: Common, act: Act): Common {
  return parser.command(
    'run [path]',
    'Invoke a function once, without a gateway',
    (y) =>
      withProject(y)
        .option('event', {
          alias: 'e',
          type: 'string',
          describe: 'File with the event; "-" reads the standard input',
          requiresArg: true,
        })
        .option('topic', { type: 'string', default: 'gatehouse/invoke', describe: 'The topic it is told as the subject' })
        .option('context', { type: 'string', describe: 'File with a client context (JSON)', requiresArg: true })
        .option('client-context', CLIENT_CONTEXT),
    (argv) =>
      act(argv, async (context) => {
        const { path, event, topic, clientContext, secrets, handler, isolation } = argv;
        const options: RunOptions = { path, event, topic, context: argv.context, clientContext, secrets, handler, isolation };
        const { runFunction } = await import('./commands/function-run.ts');
        return runFunction(context, options);
      }),
  );
}

function addDev(parser: Common, act: Act): Common {
  return parser.command(
    'dev [path]',
    'Run a function on what flows now, again at each change of its files',
    (y) =>
      withProject(y)
        .option('filter', {
          type: 'string',
          describe: 'MQTT topic filter of what it gets',
          requiresArg: true,
          default: 'devices/#',
        })
        .option('recording', { type: 'string', describe: 'Replay this output of "subscribe --json"', requiresArg: true })
        .option('speed', { describe: 'Replay so many times as fast; 0 without pauses', default: 1, coerce: speed })
        .option('once', { type: 'boolean', default: false, describe: 'End after the recording' })
        .option('demo', { type: 'boolean', default: false, describe: 'On a demo site that runs meanwhile' })
        .option('publish', { type: 'boolean', default: false, describe: 'Publish what it publishes to the gateway' })
        .check(({ recording, demo, publish, once }) => {
          if (recording !== undefined && (demo || publish))
            throw new UsageError('--recording has no gateway: --demo and --publish do not go with it');
          if (once && recording === undefined) throw new UsageError('--once needs a --recording, which has an end');
          return true;
        }),
    (argv) =>
      act(argv, async (context) => {
        const { developFunction } = await import('./commands/function-dev.ts');
        return developFunction(context, argv);
      }),
  );
}

function addPackage(parser: Common, act: Act): Common {
  return parser.command(
    'package [path]',
    'Make the package of a function, with its hashes beside it',
    (y) =>
      y
        .positional('path', { type: 'string', default: '.', describe: 'Its folder' })
        .option('out', { type: 'string', describe: 'Folder for the package; else the function’s own', requiresArg: true }),
    (argv) =>
      act(argv, async (context) => {
        const { packageFunction } = await import('./commands/function-package.ts');
        return packageFunction(context, { path: argv.path, out: argv.out });
      }),
  );
}

/** What a person does with a function that is being written. */
export const addDevelopmentCommands = (parser: Common, act: Act): Common =>
  parser.command('function', 'Write, try and package a function; needs no gateway', (y: Common) =>
    addPackage(addDev(addRun(addNew(y, act), act), act), act).demandCommand(1, 'Name what to do: new, run, dev or package.'),
  );
