import { advertsPart } from './field/adverts.ts';
import { busOf32Part } from './field/bus-of-32.ts';
import { linesPart } from './field/lines.ts';
import { modbusValuesPart } from './field/modbus-values.ts';
import { mqttPointsPart } from './field/mqtt-points.ts';
import { plugsPart } from './field/plugs.ts';
import { createMachine } from './machine.ts';
import type { Case, Findings } from './report.ts';

/** Buses that have bad units on them, many lines and many devices at once, and ports that come and go. */
async function run({ quick, note }: Parameters<Case['run']>[0]): Promise<Findings> {
  const machine = createMachine();
  const parts: Findings[] = [];
  try {
    for (const [name, part] of [
      ['lines', () => linesPart(machine, quick, note)],
      ['plugs', () => plugsPart(quick, note)],
      ['bus of 32', () => busOf32Part(machine, quick, note)],
      ['Modbus TCP values', () => modbusValuesPart(machine, quick, note)],
      ['advertisers', () => advertsPart(quick, note)],
      ['MQTT points', () => mqttPointsPart(quick, note)],
    ] as const) {
      parts.push(await part());
      note(name);
    }
  } finally {
    await machine.clear();
  }
  return {
    tables: parts.flatMap((part) => part.tables),
    bars: parts.flatMap((part) => part.bars),
    figures: parts.map((part) => part.figures),
  };
}

export const field: Case = { name: 'field', run };
