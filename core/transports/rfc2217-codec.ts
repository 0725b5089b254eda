/** Telnet (RFC 854) with binary transmission (RFC 856) and COM port control (RFC 2217), as the client. Pure. */

const IAC = 255;
const SB = 250;
const SE = 240;
export const VERB = { will: 251, wont: 252, do: 253, dont: 254 } as const;
export type Verb = keyof typeof VERB;
export const OPTION = { binary: 0, echo: 1, suppressGoAhead: 3, comPort: 44 } as const;

/** Commands of the client; the server's answer has the same number and 100 more. */
export const COM = {
  baudRate: 1,
  dataSize: 2,
  parity: 3,
  stopSize: 4,
  control: 5,
  suspend: 8,
  resume: 9,
  modemStateMask: 11,
} as const;
export const ANSWER = 100;
/** The server tells of the modem lines by itself: 7 + 100. */
export const MODEM_STATE = 107;
export const SERVER_SUSPEND = COM.suspend + ANSWER;
export const SERVER_RESUME = COM.resume + ANSWER;

/** Values of `control`. */
export const CONTROL = { breakOn: 5, breakOff: 6, dtrOn: 8, dtrOff: 9, rtsOn: 11, rtsOff: 12 } as const;
export const PARITY = { none: 1, odd: 2, even: 3 } as const;

/** What came over the connection. */
export type Telnet =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'option'; readonly verb: Verb; readonly option: number }
  | { readonly kind: 'com'; readonly command: number; readonly value: Uint8Array };

/** Longest subnegotiation that is kept; the rest of a longer one is dropped. A server's signature is the only long one. */
const LONGEST = 512;

/** Doubles every 0xff, so that it is data. */
export function escapeTelnet(bytes: Uint8Array): Uint8Array {
  let extra = 0;
  for (const byte of bytes) if (byte === IAC) extra += 1;
  if (extra === 0) return bytes;
  const out = new Uint8Array(bytes.length + extra);
  let at = 0;
  for (const byte of bytes) {
    out[at++] = byte;
    if (byte === IAC) out[at++] = IAC;
  }
  return out;
}

export const optionBytes = (verb: Verb, option: number): Uint8Array => Uint8Array.of(IAC, VERB[verb], option);

/** A command of COM port control. */
export const comBytes = (command: number, value: readonly number[]): Uint8Array =>
  Uint8Array.of(IAC, SB, OPTION.comPort, command, ...escapeTelnet(Uint8Array.from(value)), IAC, SE);

/** A number in network order, as `baudRate` wants it. */
export const u32 = (value: number): number[] => [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
/** The number in 1 to 4 bytes; undefined where there is none. */
export const numberOf = (bytes: Uint8Array): number | undefined =>
  bytes.length === 0 || bytes.length > 4 ? undefined : bytes.reduce((sum, byte) => sum * 256 + byte, 0);

const verbOf = (byte: number): Verb | undefined => (Object.keys(VERB) as Verb[]).find((verb) => VERB[verb] === byte); // keys of our own constant

/** Takes a stream apart, whatever the borders of its chunks. Never throws; holds at most one subnegotiation. */
export function createTelnetReader(): (chunk: Uint8Array) => Telnet[] {
  let state: 'data' | 'iac' | Verb | 'sub' | 'sub-iac' = 'data';
  let sub: number[] = [];

  function endOfSub(out: Telnet[]): void {
    const [option, command, ...value] = sub;
    if (option === OPTION.comPort && command !== undefined) out.push({ kind: 'com', command, value: Uint8Array.from(value) });
    sub = [];
  }
  function afterIac(byte: number, data: number[], flush: () => void): void {
    state = 'data';
    if (byte === IAC) {
      data.push(IAC);
      return;
    }
    flush();
    const verb = verbOf(byte);
    if (verb) state = verb;
    else if (byte === SB) state = 'sub';
  }
  return (chunk) => {
    const out: Telnet[] = [];
    let data: number[] = [];
    const flush = (): void => {
      if (data.length > 0) out.push({ kind: 'data', bytes: Uint8Array.from(data) });
      data = [];
    };
    for (const byte of chunk) {
      switch (state) {
        case 'data':
          if (byte === IAC) state = 'iac';
          else data.push(byte);
          break;
        case 'iac':
          afterIac(byte, data, flush);
          break;
        case 'sub':
          if (byte === IAC) state = 'sub-iac';
          else if (sub.length < LONGEST) sub.push(byte);
          break;
        case 'sub-iac':
          if (byte === IAC && sub.length < LONGEST) sub.push(IAC);
          if (byte === SE) endOfSub(out);
          state = byte === SE ? 'data' : 'sub';
          break;
        default:
          out.push({ kind: 'option', verb: state, option: byte });
          state = 'data';
      }
    }
    flush();
    return out;
  };
}
