/** A balance that speaks MT-SICS, levels 0 and 1, in grams. */
export interface ScaleDouble {
  hear(bytes: Uint8Array): Uint8Array;
  /** On the pan, without the tare. */
  load: number;
  tare: number;
  stable: boolean;
}

export function createScaleDouble(): ScaleDouble {
  let held = '';
  const value = (grams: number): string => `${grams.toFixed(2).padStart(10)} g`;
  function answer(command: string): string {
    const net = scale.load - scale.tare;
    if (command === 'SI') return `S ${scale.stable ? 'S' : 'D'} ${value(net)}`;
    if (command === 'TA') return `TA A ${value(scale.tare)}`;
    if (command === 'TAC') {
      scale.tare = 0;
      return 'TAC A';
    }
    if (command === 'T') {
      if (!scale.stable) return 'T I';
      scale.tare = scale.load;
      return `T S ${value(scale.tare)}`;
    }
    if (command === 'Z') return scale.load > 10 ? 'Z +' : 'Z A';
    return 'ES';
  }
  const scale: ScaleDouble = {
    load: 250,
    tare: 0,
    stable: true,
    hear(bytes) {
      held += Buffer.from(bytes).toString('latin1');
      let out = '';
      for (let end = held.indexOf('\r\n'); end !== -1; end = held.indexOf('\r\n')) {
        out += `${answer(held.slice(0, end))}\r\n`;
        held = held.slice(end + 2);
      }
      return Buffer.from(out, 'latin1');
    },
  };
  return scale;
}
