import type { FunctionConfig } from '../contract/document/functions.ts';
import { cronFault } from '../functions/triggers/timetable.ts';
import { type CrossFault, knownWords } from './cross-fault.ts';
import type { Path } from './document-path.ts';
import { placeInFile, singleFile, splitHandler } from './handler-place.ts';

/** Names that a function's permissions may refer to. */
export interface KnownNames {
  readonly devices: readonly string[];
  readonly functions: readonly string[];
}

function unknown(names: readonly string[], known: readonly string[], what: string, path: Path): readonly CrossFault[] {
  return names.flatMap((name, i) =>
    name === '*' || known.includes(name)
      ? []
      : [{ path: [...path, i], message: `There is no ${what} "${name}".`, remedy: knownWords(known) }],
  );
}

function scheduleFaults({ schedules }: FunctionConfig, at: Path): readonly CrossFault[] {
  const seen = new Set<string>();
  return schedules.flatMap((schedule, i): CrossFault[] => {
    const faults: CrossFault[] = [];
    if (seen.has(schedule.id))
      faults.push({
        path: [...at, 'schedules', i, 'id'],
        message: `The schedule id "${schedule.id}" is used twice.`,
        remedy: 'Give every schedule of a function its own name.',
      });
    seen.add(schedule.id);
    const wrong = 'cron' in schedule ? cronFault(schedule.cron, schedule.timeZone) : null;
    if (wrong !== null)
      faults.push({
        path: [...at, 'schedules', i, 'cron'],
        message: `The pattern cannot be used: ${wrong}.`,
        remedy: 'Write five fields (minute, hour, day, month, weekday), or six with the second first.',
      });
    return faults;
  });
}

/** What only a process is held to: said of a thread it would promise what nobody keeps. */
function isolationFaults({ isolation, permissions }: FunctionConfig, at: Path): readonly CrossFault[] {
  if (isolation === 'process') return [];
  const { files, childProcesses, workers, addons } = permissions;
  const said = Object.entries({
    files: files.read.length + files.write.length > 0,
    childProcesses,
    workers,
    addons,
  }).flatMap(([name, isSaid]) => (isSaid ? [name] : []));
  return said.map((name) => ({
    path: [...at, 'permissions', name],
    message: `"${name}" holds a process to its limits; this function runs in a thread, which is not held to any.`,
    remedy: 'Add "isolation: process", or remove it.',
  }));
}

function permissionFaults({ permissions }: FunctionConfig, at: Path, known: KnownNames): readonly CrossFault[] {
  const { invokedBy, invoke, devices } = permissions;
  const path = [...at, 'permissions'];
  return [
    ...unknown(invoke, known.functions, 'function', [...path, 'invoke']),
    ...invokedBy.flatMap((by, i) => {
      const name = by.startsWith('function:') ? by.slice('function:'.length) : '*';
      return unknown([name], known.functions, 'function', []).map((fault) => ({ ...fault, path: [...path, 'invokedBy', i] }));
    }),
    ...unknown(devices.read, known.devices, 'device', [...path, 'devices', 'read']),
    ...unknown(devices.command, known.devices, 'device', [...path, 'devices', 'command']),
  ];
}

/** A handler that names another file than the one that holds the code would be looked for as an export in vain. */
function handlerFaults({ code, handler }: FunctionConfig, at: Path): readonly CrossFault[] {
  if ('zip' in code || 'folder' in code) return [];
  const file = singleFile(code);
  const { exportPath } = placeInFile(handler, file);
  if (!handler.includes('/') || exportPath.length === splitHandler(handler).exportPath.length) return [];
  return [
    {
      path: [...at, 'handler'],
      message: `The handler "${handler}" names another file than "${file}", which holds the code.`,
      remedy: `Write "${exportPath.at(-1) ?? 'handler'}" alone.`,
    },
  ];
}

/** Faults of functions that a schema cannot see. */
export const functionFaults = (functions: readonly FunctionConfig[], known: KnownNames): readonly CrossFault[] =>
  functions.flatMap((one, i) => {
    const at: Path = ['functions', i];
    return [
      ...handlerFaults(one, at),
      ...scheduleFaults(one, at),
      ...permissionFaults(one, at, known),
      ...isolationFaults(one, at),
    ];
  });
