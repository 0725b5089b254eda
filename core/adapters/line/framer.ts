/** A line without its delimiter, or the begin of one that was too long and is discarded up to the next delimiter. */
export type HeardLine = { readonly kind: 'line' | 'too-long'; readonly bytes: Uint8Array };

export interface LineFramer {
  push(chunk: Uint8Array): HeardLine[];
  /** Gives up what is held without its delimiter; empty where nothing is, or where it was too long and is told already. */
  giveUp(): Uint8Array;
}

/** Cuts a byte stream at a delimiter. Holds at most `maxLength` bytes and one delimiter. Pure. */
export function createLineFramer(delimiter: Uint8Array, maxLength: number): LineFramer {
  let held: Buffer = Buffer.alloc(0);
  let skipping = false;

  function endOf(line: Buffer): Buffer {
    const carriageReturn = delimiter.length === 1 && delimiter[0] === 0x0a && line.at(-1) === 0x0d;
    return carriageReturn ? line.subarray(0, -1) : line;
  }

  return {
    push(chunk) {
      const bytes = Buffer.concat([held, chunk]);
      const out: HeardLine[] = [];
      let from = 0;
      for (let at = bytes.indexOf(delimiter); at !== -1; at = bytes.indexOf(delimiter, from)) {
        const line = endOf(bytes.subarray(from, at));
        if (skipping) skipping = false;
        else out.push({ kind: line.length > maxLength ? 'too-long' : 'line', bytes: line.subarray(0, maxLength) });
        from = at + delimiter.length;
      }
      held = bytes.subarray(from);
      if (!skipping && held.length > maxLength + delimiter.length) {
        skipping = true;
        out.push({ kind: 'too-long', bytes: held.subarray(0, maxLength) });
      }
      // While skipping only what may be the begin of a delimiter is of interest.
      held = Buffer.from(skipping ? held.subarray(Math.max(0, held.length - delimiter.length + 1)) : held);
      return out;
    },
    giveUp() {
      const rest = skipping ? new Uint8Array(0) : Uint8Array.from(held);
      held = Buffer.alloc(0);
      skipping = false;
      return rest;
    },
  };
}
