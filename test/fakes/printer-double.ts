/** A receipt printer by the tables of ESC/POS: takes commands apart, prints lines, answers status at once and in turn. */
export interface PrinterDouble {
  /** Takes what is written to it; gives what it sends. */
  hear(bytes: Uint8Array): Uint8Array;
  /** Lines that are on the paper, as bytes of the code table in Latin letters. */
  readonly paper: string[];
  paperOut: boolean;
  nearEnd: boolean;
  coverOpen: boolean;
  cuts: number;
  drawerPulses: number;
  /** The status that it sends by itself when something changes, where that is switched on. */
  changed(): Uint8Array;
}

export function createPrinterDouble(): PrinterDouble {
  let held: number[] = [];
  let line = '';
  let asb = false;
  const offline = (): boolean => printer.paperOut || printer.coverOpen;
  const automatic = (): number[] => [
    0x10 | (offline() ? 0x08 : 0) | (printer.coverOpen ? 0x20 : 0),
    0,
    (printer.nearEnd ? 0x03 : 0) | (printer.paperOut ? 0x0c : 0),
    0,
  ];
  function realTime(n: number): number {
    if (n === 1) return 0x12 | (offline() ? 0x08 : 0);
    if (n === 2) return 0x12 | (printer.coverOpen ? 0x04 : 0) | (printer.paperOut ? 0x20 : 0);
    if (n === 3) return 0x12;
    return 0x12 | (printer.nearEnd ? 0x0c : 0) | (printer.paperOut ? 0x60 : 0);
  }
  /** Length of the command at the begin of what is held, and what it does; undefined: a character. */
  function command(): [number, () => number[]] | undefined {
    const [a, b, c] = held;
    if (a === 0x1b && b === 0x40) return [2, () => []];
    if (a === 0x1b && b === 0x74) return [3, () => []];
    if (a === 0x1b && b === 0x64) {
      return [
        3,
        () => {
          for (let i = 0; i < (c ?? 0); i += 1) printer.paper.push('');
          return [];
        },
      ];
    }
    if (a === 0x1b && b === 0x70) {
      return [
        5,
        () => {
          printer.drawerPulses += 1;
          return [];
        },
      ];
    }
    if (a === 0x1d && b === 0x56) {
      return [
        4,
        () => {
          printer.cuts += 1;
          return [];
        },
      ];
    }
    if (a === 0x1d && b === 0x61) {
      return [
        3,
        () => {
          asb = c !== 0;
          return asb ? automatic() : [];
        },
      ];
    }
    if (a === 0x1d && b === 0x72) return [3, () => [(printer.nearEnd ? 0x03 : 0) | (printer.paperOut ? 0x0c : 0)]];
    return undefined;
  }
  function work(): number[] {
    const out: number[] = [];
    while (held.length > 0 && !offline()) {
      const known = command();
      if (known && held.length < known[0]) break;
      if (known) {
        held = held.slice(known[0]);
        out.push(...known[1]());
        continue;
      }
      const byte = held.shift() ?? 0;
      if (byte !== 0x0a) line += String.fromCharCode(byte);
      else {
        printer.paper.push(line);
        line = '';
      }
    }
    return out;
  }
  const printer: PrinterDouble = {
    paper: [],
    paperOut: false,
    nearEnd: false,
    coverOpen: false,
    cuts: 0,
    drawerPulses: 0,
    changed: () => Uint8Array.from([...(asb ? automatic() : []), ...work()]),
    hear(bytes) {
      const out: number[] = [];
      const rest: number[] = [];
      for (let i = 0; i < bytes.length; i += 1) {
        if (bytes[i] === 0x10 && bytes[i + 1] === 0x04) {
          out.push(realTime(bytes[i + 2] ?? 0));
          i += 2;
        } else rest.push(bytes[i] ?? 0);
      }
      held.push(...rest);
      return Uint8Array.from([...out, ...work()]);
    },
  };
  return printer;
}
