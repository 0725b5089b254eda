import { makeReport } from './commands/report.ts';
import type { Act, Common } from './usage.ts';

/** The command that makes the site acceptance report. */
export const addReportCommand = (parser: Common, act: Act): Common =>
  parser.command(
    'report',
    'Make the site acceptance report: devices, readings, limits, who and when',
    (y) =>
      y
        .option('by', { type: 'string', demandOption: true, requiresArg: true, describe: 'Who accepts the site' })
        .option('company', { type: 'string', default: '', requiresArg: true, describe: 'The company of that person' })
        .option('note', { type: 'string', default: '', requiresArg: true, describe: 'Remarks' })
        .option('device', { type: 'string', array: true, requiresArg: true, describe: 'Only these devices, by their ids' })
        .option('format', { choices: ['pdf', 'html', 'json'] as const, default: 'pdf' as const, describe: 'Kind of file' })
        .option('out', {
          alias: 'o',
          type: 'string',
          requiresArg: true,
          describe: 'Write it to this file instead of one with the name of site and day',
        }),
    (argv) =>
      act(argv, (context) =>
        makeReport(context, {
          format: argv.format,
          by: argv.by,
          company: argv.company,
          note: argv.note,
          devices: argv.device,
          out: argv.out,
        }),
      ),
  );
