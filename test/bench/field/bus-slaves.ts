import { SerialPort } from 'serialport';
import { createRtuFramer } from '../../../core/adapters/modbus/rtu-framer.ts';
import { answerRequest } from '../../../core/adapters/modbus/slave.ts';

/**
 * 32 units on one line, in a process of their own: `node bus-slaves.ts <port> <baud> <behaviours as JSON>`. A pseudo terminal has no speed, so
 * the answer is held back for the time that the bytes of request and answer need on a real line. Says `ready`.
 */
type Behaviour = { readonly kind: 'good' | 'dead' | 'garbage'; readonly turnaroundMs: number };

const [path = '', baud = '19200', text = '{}'] = process.argv.slice(2);
const behaviours = new Map<number, Behaviour>(
  Object.entries(JSON.parse(text) as Record<string, Behaviour>).map(([unit, one]) => [Number(unit), one]),
);
const BITS = 11;
const characterMs = (BITS * 1000) / Number(baud);
const framer = createRtuFramer('requests');
const port = new SerialPort({ path, baudRate: Number(baud) });

function later(ms: number, bytes: Uint8Array): void {
  setTimeout(() => port.write(Buffer.from(bytes)), Math.round(ms));
}

port.on('data', (chunk: Buffer) => {
  for (const heard of framer.push(chunk)) {
    if (heard.kind !== 'frame') continue;
    const { unit, pdu, bytes } = heard;
    const behaviour = behaviours.get(unit);
    if (!behaviour || behaviour.kind === 'dead') continue;
    const sound = framer.wrap(unit, 0, answerRequest(pdu, { holding: (address) => unit * 100 + address, input: () => 0 }));
    const answer = behaviour.kind === 'good' ? sound : sound.map(() => Math.floor(Math.random() * 256));
    later((bytes.length + answer.length) * characterMs + behaviour.turnaroundMs, answer);
  }
});
port.on('open', () => process.stdout.write('ready\n'));
