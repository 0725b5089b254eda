import { EXIT, type ExitCode, printable, table, time } from '../output.ts';
import { readNamed, readStdin } from '../payload.ts';
import type { Context } from './command.ts';

/** As the store takes them. */
const MAX_BYTES = 65_536;

/** `gatehouse secret list`: names and ages; a value never comes out. */
export const listSecrets = (context: Context): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const rows = await client.call('secret.list', {}, context.signal);
    const { output } = context;
    if (output.json) output.line(JSON.stringify(rows));
    else if (rows.length === 0) output.note('There is no secret.');
    else {
      const cells = rows.map((row) => [printable(row.name), time(row.createdAt), row.versionId, printable(row.arn)]);
      for (const line of table(['NAME', 'SET', 'VERSION', 'ARN'], cells)) output.line(line);
    }
    return EXIT.ok;
  });

/**
 * `gatehouse secret set <name>`: the value comes from the standard input or a file, never from the arguments, which every user of the
 * machine can read. Text unless `binary`; one line end at its end is not part of a text.
 */
export async function setSecret(
  context: Context,
  options: { readonly name: string; readonly file: string | undefined; readonly binary: boolean },
): Promise<ExitCode> {
  const { name, file, binary } = options;
  const missing = 'there is no value: pipe it in, or give a --file';
  const bytes = file === undefined ? await readStdin(context, MAX_BYTES, missing) : await readNamed(file);
  const value = binary ? { bytes: bytes.toString('base64') } : { text: bytes.toString('utf8').replace(/\r?\n$/, '') };
  return context.withClient(async (client) => {
    const facts = await client.call('secret.set', { name, ...value }, context.signal);
    context.output.line(context.output.json ? JSON.stringify(facts) : `The secret "${printable(facts.name)}" is set.`);
    return EXIT.ok;
  });
}

/** `gatehouse secret remove <name>`. */
export const removeSecret = (context: Context, options: { readonly name: string }): Promise<ExitCode> =>
  context.withClient(async (client) => {
    await client.call('secret.remove', { name: options.name }, context.signal);
    const text = `The secret "${printable(options.name)}" is removed.`;
    context.output.line(context.output.json ? JSON.stringify({ removed: options.name }) : text);
    return EXIT.ok;
  });
