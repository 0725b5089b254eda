import type { ByteLink } from '../../transports/byte-port.ts';
import type { Table } from './codec.ts';
import { createRtuFramer } from './rtu-framer.ts';
import { EXCEPTION, exceptionPdu, identificationPdu, parseRequest, readPdu, writtenPdu } from './slave-request.ts';

/** What a slave has. A register that is undefined does not exist. Values are 16 bits, read when asked for. */
export interface SlaveRegisters {
  holding(address: number): number | undefined;
  input(address: number): number | undefined;
  /** Coils and discrete inputs, 0 or 1; without them the functions are refused. */
  coil?(address: number): number | undefined;
  discrete?(address: number): number | undefined;
  /** Takes a value for a holding register; false where it may not be written. Without it all is read-only. */
  write?(address: number, value: number): boolean;
  writeCoil?(address: number, value: number): boolean;
  /** Identification objects by their number. */
  readonly identity?: ReadonlyMap<number, string>;
}

const BROADCAST = 0;

function readAll(registers: SlaveRegisters, table: Table, address: number, count: number): number[] | number {
  const read = registers[table];
  if (!read) return EXCEPTION.function;
  const values: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const value = read(address + i);
    if (value === undefined) return EXCEPTION.address;
    values.push(value);
  }
  return values;
}

/** The answer to a request: functions 1 to 6, 15, 16 and 43/14; all else is refused by exception 1. Pure but for what `registers` do. */
export function answerRequest(pdu: Uint8Array, registers: SlaveRegisters): Uint8Array {
  const request = parseRequest(pdu);
  switch (request.kind) {
    case 'refused':
      return exceptionPdu(pdu, request.exception);
    case 'read': {
      const values = readAll(registers, request.table, request.address, request.count);
      return typeof values === 'number' ? exceptionPdu(pdu, values) : readPdu(pdu, request.table, values);
    }
    case 'write': {
      const write = request.table === 'coil' ? registers.writeCoil : registers.write;
      if (!write) return exceptionPdu(pdu, EXCEPTION.function);
      const taken = request.values.every((value, i) => write(request.address + i, value));
      return taken ? writtenPdu(pdu) : exceptionPdu(pdu, EXCEPTION.address);
    }
    case 'identify': {
      if (!registers.identity) return exceptionPdu(pdu, EXCEPTION.function);
      return identificationPdu(request.level, request.from, registers.identity) ?? exceptionPdu(pdu, EXCEPTION.address);
    }
  }
}

/** Serves one unit on the link until the returned function is called. Silent on requests to other units, as on a real line. */
export function serveModbusRtu(link: ByteLink, unit: number, registers: SlaveRegisters): () => void {
  const framer = createRtuFramer('requests');
  return link.onData((chunk) => {
    for (const heard of framer.push(chunk)) {
      if (heard.kind !== 'frame' || (heard.unit !== unit && heard.unit !== BROADCAST)) continue;
      const answer = answerRequest(heard.pdu, registers);
      if (heard.unit === BROADCAST) continue;
      link.write(framer.wrap(unit, 0, answer)).catch(() => {}); // the master is gone; there is nobody to tell
    }
  });
}
