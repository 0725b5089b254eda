import { duration } from '../../base/words.ts';
import type { BusUnitView, BusView, VerdictView } from '../../contract/field-views.ts';
import type { AlarmView } from '../../contract/views.ts';
import { EXIT, type ExitCode, printable } from '../output.ts';
import { snapshot } from '../snapshot.ts';
import type { Context } from './command.ts';

const indented = (texts: readonly string[]): string[] =>
  texts.filter((text) => text !== '').map((text) => `    ${printable(text)}`);

const alarmLines = ({ priority, source, firstAt, count, acknowledged, message, remedy }: AlarmView, now: number): string[] => {
  const often = count > 1 ? `, ${count} times` : '';
  const seen = acknowledged ? ', acknowledged' : '';
  return [
    `${priority}  ${printable(source)}  since ${duration(Math.max(0, now - firstAt))}${often}${seen}`,
    ...indented([message, remedy]),
  ];
};

const verdictLines = ({ finding, cause, remedy }: VerdictView): string[] => indented([finding, cause, remedy]);

function unitLines({ unit, devices, state, actualPerS, wantedPerS, verdict }: BusUnitView): string[] {
  const rate = `${Number(actualPerS.toFixed(2))} of ${Number(wantedPerS.toFixed(2))} reads a second`;
  const head = `  unit ${unit}  ${verdict.state}  ${state}  ${rate}  ${printable(devices.join(', '))}`;
  return verdict.state === 'ok' ? [head] : [head, ...verdictLines(verdict)];
}

function busLines({ id, label, framing, load, verdict }: BusView, units: readonly BusUnitView[]): string[] {
  return [
    `${printable(label)}  ${framing}  ${verdict.state}  in use ${Math.round(load * 100)} %`,
    ...verdictLines(verdict),
    ...units.filter(({ bus }) => bus === id).flatMap(unitLines),
  ];
}

/** `gatehouse alarms`: what somebody should act on, each with its remedy; with --json one array. */
export const alarms = (context: Context): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const rows = await snapshot(client, 'alarms', {}, context.signal);
    const lines = rows.length === 0 ? ['No alarms.'] : rows.flatMap((row) => alarmLines(row, Date.now()));
    for (const line of context.output.json ? [JSON.stringify(rows)] : lines) context.output.line(line);
    return EXIT.ok;
  });

/** `gatehouse buses`: what was found on each Modbus line and of each unit on it; with --json one object of both lists. */
export const buses = (context: Context): Promise<ExitCode> =>
  context.withClient(async (client) => {
    const rows = await snapshot(client, 'buses', {}, context.signal);
    const units = await snapshot(client, 'units', {}, context.signal);
    const lines = rows.length === 0 ? ['There is no Modbus line.'] : rows.flatMap((row) => busLines(row, units));
    for (const line of context.output.json ? [JSON.stringify({ buses: rows, units })] : lines) context.output.line(line);
    return EXIT.ok;
  });
