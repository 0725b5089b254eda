import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { ModemLines } from './byte-port.ts';
import {
  ANSWER,
  COM,
  CONTROL,
  comBytes,
  createTelnetReader,
  MODEM_STATE,
  numberOf,
  OPTION,
  optionBytes,
  SERVER_RESUME,
  SERVER_SUSPEND,
  type Telnet,
  type Verb,
} from './rfc2217-codec.ts';

/** The conversation with a device server beside the data. */
export interface Rfc2217Session {
  /** Takes what came; gives the data in it. */
  take(chunk: Uint8Array): readonly Uint8Array[];
  /** Asks for COM port control. Rejects with `link/not-supported` where the server refuses it, `link/timeout` where it is silent. */
  begin(signal: AbortSignal): Promise<void>;
  /** Sets one thing and waits for the server's word. Rejects with `link/not-supported` where it chose another value. */
  set(what: string, command: number, value: readonly number[], signal: AbortSignal): Promise<void>;
  /**
   * Resolves when the server is ready for data; at once, unless it has said that it is full. Rejects with `link/timeout` where it stays so:
   * what waits longer would go out when nobody expects it any more.
   */
  ready(): Promise<void>;
  lines(): ModemLines | undefined;
  end(fault: Error): void;
}

interface Waiting {
  readonly wants: (word: Telnet) => boolean;
  settle(word: Telnet): void;
  fail(cause: unknown): void;
}

const BITS = { cts: 0x10, dsr: 0x20, dcd: 0x80 } as const;

/** The options that this side has and wants the server to have; everything else is refused, once. */
const AGREED: ReadonlySet<number> = new Set([OPTION.binary, OPTION.suppressGoAhead, OPTION.comPort]);

export function createRfc2217Session(deps: {
  readonly label: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  send(bytes: Uint8Array): void;
}): Rfc2217Session {
  const { label, clock, timeoutMs, send } = deps;
  const read = createTelnetReader();
  const waiting = new Set<Waiting>();
  /** What has been answered already: repeating it would be a loop. */
  const said = new Set<string>();
  let modem: ModemLines | undefined;
  let gate: PromiseWithResolvers<void> | undefined;

  function say(verb: Verb, option: number): void {
    if (said.has(`${verb} ${option}`)) return;
    said.add(`${verb} ${option}`);
    send(optionBytes(verb, option));
  }
  function answerOption(verb: Verb, option: number): void {
    const agreed = AGREED.has(option);
    if (verb === 'do') say(agreed ? 'will' : 'wont', option);
    if (verb === 'will') say(agreed && option !== OPTION.comPort ? 'do' : 'dont', option);
  }
  function hear(word: Exclude<Telnet, { kind: 'data' }>): void {
    if (word.kind === 'option') answerOption(word.verb, word.option);
    else if (word.command === MODEM_STATE) {
      const bits = word.value[0] ?? 0;
      modem = { cts: (bits & BITS.cts) !== 0, dsr: (bits & BITS.dsr) !== 0, dcd: (bits & BITS.dcd) !== 0 };
    } else if (word.command === SERVER_SUSPEND) gate ??= Promise.withResolvers<void>();
    else if (word.command === SERVER_RESUME) {
      gate?.resolve();
      gate = undefined;
    }
    for (const one of [...waiting]) if (one.wants(word)) one.settle(word);
  }
  /** Waits for a word of the server, not longer than `timeoutMs`. */
  function expect(what: string, wants: (word: Telnet) => boolean, signal: AbortSignal): Promise<Telnet> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const cancel = clock.after(timeoutMs, () =>
        one.fail(
          new GatewayError('link/timeout', `${label}: the device server did not answer to ${what} within ${timeoutMs} ms`),
        ),
      );
      const onAbort = (): void => one.fail(signal.reason);
      const leave = (): void => {
        cancel();
        signal.removeEventListener('abort', onAbort);
        waiting.delete(one);
      };
      const one: Waiting = {
        wants,
        settle(word) {
          leave();
          resolve(word);
        },
        fail(cause) {
          leave();
          reject(cause);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.add(one);
    });
  }

  return {
    take(chunk) {
      const data: Uint8Array[] = [];
      for (const word of read(chunk)) {
        if (word.kind === 'data') data.push(word.bytes);
        else hear(word);
      }
      return data;
    },
    async begin(signal) {
      const word = expect(
        'COM port control (RFC 2217)',
        (one) => one.kind === 'option' && one.option === OPTION.comPort && (one.verb === 'do' || one.verb === 'dont'),
        signal,
      );
      say('will', OPTION.comPort);
      for (const option of [OPTION.binary, OPTION.suppressGoAhead]) {
        say('will', option);
        say('do', option);
      }
      const answer = await word;
      if (answer.kind === 'option' && answer.verb === 'do') return;
      throw new GatewayError('link/not-supported', `${label}: the device server has no COM port control (RFC 2217)`, {
        remedy: 'Switch it on in the device server, or set the line there and use a plain TCP link.',
      });
    },
    async set(what, command, value, signal) {
      const answered = expect(what, (word) => word.kind === 'com' && word.command === command + ANSWER, signal);
      send(comBytes(command, value));
      const word = await answered;
      const [asked, got] = [numberOf(Uint8Array.from(value)), word.kind === 'com' ? numberOf(word.value) : undefined];
      if (got === asked) return;
      throw new GatewayError('link/not-supported', `${label}: the device server did not take ${what}`, {
        details: { asked: asked ?? null, got: got ?? null },
      });
    },
    async ready() {
      const full = gate;
      if (!full) return;
      const late = new AbortController();
      const tooLate = clock.sleep(timeoutMs, late.signal).then(() => {
        throw new GatewayError('link/timeout', `${label}: the device server has taken no data for ${timeoutMs} ms`);
      });
      tooLate.catch(() => {});
      await Promise.race([full.promise, tooLate]).finally(() => late.abort());
    },
    lines: () => modem,
    end(fault) {
      for (const one of [...waiting]) one.fail(fault);
      gate?.reject(fault);
      gate?.promise.catch(() => {}); // nobody may be waiting to write
    },
  };
}

/** Values of the `control` command by what they switch. */
export const switchCode = (line: 'dtr' | 'rts', on: boolean): number =>
  line === 'dtr' ? (on ? CONTROL.dtrOn : CONTROL.dtrOff) : on ? CONTROL.rtsOn : CONTROL.rtsOff;

/** Wants to hear of CTS, DSR and carrier. */
export const MODEM_MASK: readonly [command: number, value: readonly number[]] = [
  COM.modemStateMask,
  [BITS.cts | BITS.dsr | BITS.dcd],
];
