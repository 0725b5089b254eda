import { resolve } from 'node:path';
import yargs from 'yargs';
import { describe } from '../base/errors.ts';
import type { Context } from './commands/command.ts';
import { alarms, buses } from './commands/field-views.ts';
import { publish } from './commands/publish.ts';
import { setPin } from './commands/set-pin.ts';
import { logs, subscribe } from './commands/streams.ts';
import { validate } from './commands/validate.ts';
import { devices, functions, status } from './commands/views.ts';
import { withGateway } from './connect.ts';
import { addFunctionCommands } from './function-commands.ts';
import { addOutboxCommands } from './outbox-commands.ts';
import { createOutput, EXIT, type ExitCode, type Output, report } from './output.ts';
import { addReportCommand } from './report-commands.ts';
import { DATA_OPTION, toStartOptions, withStartOptions } from './start-options.ts';
import { type Act, type Common, UsageError, wholeNumber } from './usage.ts';

const EPILOGUE = `Exit codes: 0 done, 1 failed, 2 wrong use, 3 no gateway runs, 4 the document has mistakes.`;

/** What the command line needs of the rest; tests of single commands give their own. */
export interface CliDeps {
  readonly version: string;
  readonly signal: AbortSignal;
}

function contextOf(argv: { data: string; json: boolean }, signal: AbortSignal): Context {
  const output = createOutput(argv.json);
  const data = resolve(argv.data);
  return {
    data,
    output,
    signal,
    stdin: process.stdin,
    withClient: (run) => withGateway(data, run),
  };
}

/** The parser takes a lone "-" for nothing; it stands for the standard input. No argument of a program can have a NUL. */
const DASH = '\0-';
const hideDash = (arg: string): string => (arg === '-' ? DASH : arg);
function showDash(argv: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(argv)) {
    if (value === DASH) argv[name] = '-';
    else if (Array.isArray(value)) argv[name] = value.map((one: unknown) => (one === DASH ? '-' : one));
  }
}

type Finish = (run: (output: Output) => Promise<ExitCode>) => Promise<void>;

function addViews(parser: Common, signal: AbortSignal, finish: Finish): Common {
  return parser
    .command('status', 'How the gateway is', {}, (argv) => finish(() => status(contextOf(argv as never, signal))))
    .command('devices', 'All devices with their state', {}, (argv) => finish(() => devices(contextOf(argv as never, signal))))
    .command('alarms', 'What somebody should act on, each with its remedy', {}, (argv) =>
      finish(() => alarms(contextOf(argv as never, signal))),
    )
    .command('buses', 'What was found on each Modbus line and of its units, with cause and remedy', {}, (argv) =>
      finish(() => buses(contextOf(argv as never, signal))),
    )
    .command('functions', 'All functions with their state', {}, (argv) =>
      finish(() => functions(contextOf(argv as never, signal))),
    )
    .command(
      'logs',
      'The newest records of the log',
      (y) =>
        y
          .option('follow', { alias: 'f', type: 'boolean', describe: 'Go on with what comes, until Ctrl-C', default: false })
          .option('function', { type: 'string', describe: 'Of this function only', requiresArg: true })
          .option('lines', {
            alias: 'n',
            describe: 'Records from before to show',
            default: 100,
            coerce: wholeNumber('--lines', 0, 2000),
          }),
      (argv) => finish(() => logs(contextOf(argv, signal), argv)),
    );
}

function addMessages(parser: Common, signal: AbortSignal, finish: Finish): Common {
  return parser
    .command(
      'publish <topic> [payload]',
      'Publish a message as a local client would',
      (y) =>
        y
          .positional('topic', { type: 'string', demandOption: true, describe: 'MQTT topic' })
          .positional('payload', { type: 'string', describe: 'The payload; "-" or none reads the standard input' })
          .option('file', { type: 'string', describe: 'Read the payload from a file', requiresArg: true })
          .option('qos', { choices: [0, 1] as const, default: 1 as const, describe: 'MQTT quality of service' })
          .option('retain', { type: 'boolean', default: false, describe: 'Keep it for clients that come later' }),
      (argv) =>
        finish(() =>
          publish(contextOf(argv, signal), {
            topic: argv.topic,
            payload: argv.payload,
            file: argv.file,
            qos: argv.qos,
            retain: argv.retain,
          }),
        ),
    )
    .command(
      'subscribe <filter>',
      'Show messages as they pass',
      (y) =>
        y
          .positional('filter', { type: 'string', demandOption: true, describe: 'MQTT topic filter, e.g. devices/#' })
          .option('count', {
            alias: 'n',
            describe: 'End after this many messages',
            requiresArg: true,
            coerce: wholeNumber('--count', 1, 1e9),
          }),
      (argv) => finish(() => subscribe(contextOf(argv, signal), { filter: argv.filter, count: argv.count ?? null })),
    );
}

function addCommands(parser: Common, signal: AbortSignal, finish: Finish): Common {
  const withStart = parser.command(
    'start',
    'Run the gateway in this terminal, without a window',
    (y) => withStartOptions(y),
    (argv) =>
      finish(async () => {
        const { runHeadless } = await import('../main.ts');
        return (await runHeadless({ ...toStartOptions(argv), headless: true })) === 0 ? EXIT.ok : EXIT.failed;
      }),
  );
  const withValidate = withStart.command(
    'validate <document>',
    'Check a deployment document; needs no running gateway',
    (y) => y.positional('document', { type: 'string', demandOption: true, describe: 'File in YAML or JSON' }),
    (argv) => finish((output) => validate(output, argv.document, () => import('../deploy/check.ts'))),
  );
  const withPin = withValidate.command(
    'set-pin',
    'Set the PIN that ends the kiosk; reads it from the standard input',
    {},
    (argv) => finish(() => setPin(contextOf(argv as never, signal))),
  );
  const act: Act = (argv, run) => finish(() => run(contextOf(argv as never, signal)));
  const withViews = addReportCommand(addViews(withPin, signal, finish), act);
  return addFunctionCommands(addOutboxCommands(addMessages(withViews, signal, finish), act), act);
}

/** Runs the `gatehouse` command with these arguments. Never rejects; gives the exit code. */
export async function runCli(args: readonly string[], deps: CliDeps): Promise<ExitCode> {
  const json = args.includes('--json');
  const output = createOutput(json);
  let exitCode: ExitCode = EXIT.ok;
  const finish: Finish = async (run) => {
    exitCode = await run(output).catch((error: unknown) => (deps.signal.aborted ? EXIT.failed : report(error, output)));
  };
  const parser = yargs(args.map(hideDash))
    .scriptName('gatehouse')
    .usage('$0 <command> [options]')
    .option('data', DATA_OPTION)
    .option('json', { type: 'boolean', describe: 'Print JSON; streams print one object a line', default: false });
  const full = addCommands(parser, deps.signal, finish)
    .middleware(showDash)
    .completion('completion', 'Print a script for the shell’s completion')
    .demandCommand(1, 'Name a command.')
    .strict()
    .strictCommands()
    .version(deps.version)
    .help()
    .alias('help', 'h')
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .epilogue(EPILOGUE)
    .exitProcess(false)
    .fail((message, error) => {
      throw error instanceof UsageError ? error : new UsageError(message || describe(error));
    });
  try {
    await full.parseAsync();
  } catch (error) {
    if (!(error instanceof UsageError)) return report(error, output);
    output.note(`gatehouse: ${error.message}\nSee gatehouse --help.`);
    return EXIT.usage;
  }
  return exitCode;
}
