import { createServer } from 'node:net';
import jsmodbus from 'jsmodbus';
import { ServerTCP } from 'modbus-serial';
import { freePort } from '../../fakes/mosquitto.ts';

/**
 * Modbus TCP slaves of two makers in one process: `node tcp-slaves.ts <count>`. Every register holds its address plus the second of the hour,
 * so that values change. Says `ready <ports>`.
 */
const count = Number(process.argv[2] ?? 50);
const REGISTERS = 1000;

function value(address: number): number {
  return (address + Math.floor(Date.now() / 1000) * 3) & 0xffff;
}

async function listenSerial(): Promise<number> {
  const port = await freePort(); // 0 means 502 to it
  const vector = {
    getHoldingRegister: (address: number) => value(address),
    getInputRegister: (address: number) => value(address),
  };
  const server = new ServerTCP(vector, { host: '127.0.0.1', port, unitID: 1 });
  await new Promise<void>((resolve) => server.on('initialized', () => resolve()));
  return port;
}

async function listenJs(): Promise<number> {
  const net = createServer();
  const holding = Buffer.alloc(REGISTERS * 2);
  const server = new jsmodbus.server.TCP(net, { holding });
  server.on('preReadHoldingRegisters', () => {
    for (let i = 0; i < REGISTERS; i += 1) holding.writeUInt16BE(value(i), i * 2);
  });
  await new Promise<void>((resolve) => net.listen(0, '127.0.0.1', resolve));
  const address = net.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const ports: number[] = [];
for (let i = 0; i < count; i += 1) ports.push(await (i % 2 === 0 ? listenSerial() : listenJs()));
process.stdout.write(`ready ${ports.join(' ')}\n`);
