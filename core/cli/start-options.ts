import { resolve } from 'node:path';
import yargs, { type Argv, type Options } from 'yargs';
import { defaultDataDir } from '../config/paths.ts';
import type { StartOptions } from '../gateway/options.ts';

export const DATA_OPTION = {
  type: 'string',
  describe: 'Folder of the gateway’s data',
  default: defaultDataDir(),
  defaultDescription: '$GATEHOUSE_DATA, or the folder for this user',
  requiresArg: true,
} as const satisfies Options;

/** The one table of options for starting. */
export const START_OPTIONS = {
  data: DATA_OPTION,
  document: { type: 'string', describe: 'Deployment document (YAML or JSON) to apply at the start', requiresArg: true },
  port: { type: 'number', describe: 'Port of the console; 0 takes a free one', defaultDescription: '8080', requiresArg: true },
  'mqtt-port': {
    type: 'number',
    describe: 'Port of the local MQTT broker; 0 takes a free one',
    defaultDescription: '1883',
    requiresArg: true,
  },
  headless: { type: 'boolean', describe: 'Run without a window; the console is then used in a browser', default: false },
  kiosk: { type: 'boolean', describe: 'Fill the screen with the console', default: false },
  demo: { type: 'boolean', describe: 'Run the demo site where nothing was deployed yet (--no-demo: do not)', default: true },
} as const satisfies Record<string, Options>;

function isPort(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65535);
}

/** Adds the options to a command and checks them. */
export function withStartOptions<T>(parser: Argv<T>) {
  return parser.options(START_OPTIONS).check((argv) => {
    for (const name of ['port', 'mqtt-port'] as const)
      if (!isPort(argv[name])) throw new Error(`--${name} must be a whole number from 0 to 65535`);
    if (argv.headless && argv.kiosk) throw new Error('--headless and --kiosk exclude each other');
    for (const [name, value] of Object.entries({ data: argv.data, document: argv.document }))
      if (Array.isArray(value) || value === '') throw new Error(`--${name} must be given once, and not empty`);
    return true;
  });
}

/** From what yargs parsed to what the gateway takes. */
export function toStartOptions(argv: {
  data: string;
  document: string | undefined;
  port: number | undefined;
  'mqtt-port': number | undefined;
  headless: boolean;
  kiosk: boolean;
  demo: boolean;
}): StartOptions {
  const { data, document, port, 'mqtt-port': mqttPort, headless, kiosk, demo } = argv;
  return {
    data: resolve(data),
    ...(document === undefined ? {} : { document: resolve(document) }),
    ...(port === undefined ? {} : { port }),
    ...(mqttPort === undefined ? {} : { mqttPort }),
    headless,
    kiosk,
    demo,
  };
}

/**
 * Parses the arguments of `npm start` and the like. Prints the help or the mistake itself and then gives the exit code
 * (0 after help, 2 after a mistake) instead of options.
 */
export async function parseStartOptions(
  args: readonly string[],
  scriptName: string,
): Promise<StartOptions | { readonly exitCode: number }> {
  let mistake: string | null = null;
  let finished = false;
  const parser = withStartOptions(
    yargs([...args])
      .scriptName(scriptName)
      .usage('$0 [options]'),
  )
    .strict()
    .version(false)
    .help()
    .exitProcess(false)
    .fail((message, error) => {
      mistake ??= message || String(error);
    });
  const argv = await parser.parseAsync(args, {}, (_error, _argv, output) => {
    if (output === '') return;
    finished = true;
    process.stdout.write(`${output}\n`);
  });
  if (mistake !== null) {
    process.stderr.write(`${scriptName}: ${mistake}\nSee ${scriptName} --help.\n`);
    return { exitCode: 2 };
  }
  return finished ? { exitCode: 0 } : toStartOptions(argv);
}
