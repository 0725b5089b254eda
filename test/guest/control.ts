import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { createFarEnd, type FarEnd } from './far-ends.ts';
import type { Machine } from './machine.ts';

/** What the program in the machine asks of the world outside, one JSON line each. */
const Ask = z.discriminatedUnion('do', [
  z.object({ do: z.literal('plug'), adapter: z.string(), socket: z.number(), serial: z.string() }),
  z.object({ do: z.literal('unplug'), adapter: z.string() }),
  z.object({
    do: z.literal('become'),
    adapter: z.string(),
    kind: z.enum(['modbus', 'lines', 'echo', 'mute']),
    first: z.number().optional(),
  }),
  z.object({ do: z.literal('figures'), adapter: z.string() }),
  z.object({ do: z.literal('say'), text: z.string() }),
  z.object({ do: z.literal('end'), failed: z.number() }),
]);
type Ask = z.infer<typeof Ask>;
const Numbered = z.object({ id: z.number(), ask: Ask });
const Figures = z.object({ heard: z.number(), answered: z.number(), last: z.number() });
const Answer = z.object({ id: z.number(), fault: z.string().nullable(), figures: Figures.nullable() });

/** Outside: does what the machine asks. Resolves with the number of failed checks. */
export function serveControl(
  machine: Machine,
  adapters: readonly string[],
  say: (text: string) => void,
): Promise<{ readonly failed: number }> {
  const far = new Map<string, FarEnd>(adapters.map((name) => [name, createFarEnd(machine.wire(name))]));
  const farEnd = (name: string): FarEnd => {
    const one = far.get(name);
    if (!one) throw new Error(`there is no adapter ${name}`);
    return one;
  };
  const end = Promise.withResolvers<{ failed: number }>();
  async function perform(ask: Ask): Promise<z.infer<typeof Figures> | null> {
    switch (ask.do) {
      case 'plug':
        await machine.plug(ask.adapter, ask.socket, ask.serial);
        farEnd(ask.adapter).connected(true);
        return null;
      case 'unplug':
        farEnd(ask.adapter).connected(false);
        await machine.unplug(ask.adapter);
        return null;
      case 'become':
        farEnd(ask.adapter).become(ask.kind, ask.first);
        return null;
      case 'figures':
        return farEnd(ask.adapter).figures();
      case 'say':
        say(ask.text);
        return null;
      case 'end':
        end.resolve({ failed: ask.failed });
        return null;
    }
  }
  async function take(line: string, socket: Socket): Promise<void> {
    const { id, ask } = Numbered.parse(JSON.parse(line));
    const answer = await perform(ask).then(
      (figures) => ({ id, fault: null, figures }),
      (cause: unknown) => ({ id, fault: String(cause), figures: null }),
    );
    socket.write(`${JSON.stringify(answer)}\n`);
  }
  const lines = createInterface({ input: machine.control });
  lines.on('error', end.reject);
  lines.on('line', (line) => void take(line, machine.control).catch(end.reject));
  void machine.ended.then(() => end.reject(new Error('the machine ended before its program did')));
  return end.promise;
}

export interface World {
  plug(adapter: string, socket: number, serial: string): Promise<void>;
  unplug(adapter: string): Promise<void>;
  become(adapter: string, kind: 'modbus' | 'lines' | 'echo' | 'mute', first?: number): Promise<void>;
  figures(adapter: string): Promise<z.infer<typeof Figures>>;
  say(text: string): Promise<void>;
  end(failed: number): Promise<void>;
  close(): void;
}

/** Inside: the other end of it. `path` is the port that leads outside. */
export function openWorld(path: string): World {
  const port = openSync(path, 'r+');
  const waiting = new Map<number, (answer: z.infer<typeof Answer>) => void>();
  let last = 0;
  const reading = createReadStream('', { fd: port, autoClose: false });
  createInterface({ input: reading }).on('line', (line) => {
    const answer = Answer.parse(JSON.parse(line));
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  async function request(ask: Ask): Promise<z.infer<typeof Answer>> {
    last += 1;
    const id = last;
    const answer = await new Promise<z.infer<typeof Answer>>((resolve) => {
      waiting.set(id, resolve);
      writeSync(port, `${JSON.stringify({ id, ask })}\n`);
    });
    if (answer.fault !== null) throw new Error(answer.fault);
    return answer;
  }
  const done = async (ask: Ask): Promise<void> => void (await request(ask));
  return {
    plug: (adapter, socket, serial) => done({ do: 'plug', adapter, socket, serial }),
    unplug: (adapter) => done({ do: 'unplug', adapter }),
    become: (adapter, kind, first) => done({ do: 'become', adapter, kind, first }),
    figures: async (adapter) => Figures.parse((await request({ do: 'figures', adapter })).figures),
    say: (text) => done({ do: 'say', text }),
    end: (failed) => done({ do: 'end', failed }),
    close() {
      reading.destroy();
      closeSync(port);
    },
  };
}
