/** An ELM327 with a vehicle behind it, by its data sheet: echo, line feeds and spaces as they are set, `>` when it is ready. */
export interface ElmDouble {
  /** Takes what is written to it; gives what it sends, whole. */
  hear(bytes: Uint8Array): string;
  /** The vehicle's answers by request, lines without spaces; what is not here is NO DATA. */
  readonly vehicle: Record<string, string[]>;
  /** Off: the vehicle does not answer. */
  ignition: boolean;
  /** All commands that came, oldest first. */
  readonly commands: string[];
}

export function createElmDouble(): ElmDouble {
  let echo = true;
  let spaces = true;
  let searched = false;
  let held = '';
  const spaced = (line: string): string => (spaces ? (line.match(/^\d:|.{1,2}/g) ?? []).join(' ') : line);
  const double: ElmDouble = {
    ignition: true,
    commands: [],
    vehicle: {
      '0100': ['4100BE3FA813', '410080000001'],
      '0120': ['4120A0000000'],
      '0101': ['410181076504'],
      '0105': ['41057B'],
      '010C': ['410C1AF8'],
      '010D': ['410D00'],
      '03': ['43020133D016'],
      '07': ['4700'],
      '0902': ['014', '0:490201314434', '1:47503030523535', '2:42313233343536'],
      '04': ['44'],
    },
    hear(bytes) {
      held += Buffer.from(bytes).toString('latin1');
      let out = '';
      for (let end = held.indexOf('\r'); end !== -1; end = held.indexOf('\r')) {
        const command = held.slice(0, end).replace(/\s/g, '').toUpperCase();
        held = held.slice(end + 1);
        double.commands.push(command);
        const wasEcho = echo;
        out += `${wasEcho ? `${command}\r` : ''}${answer(command).join('\r')}\r\r>`;
      }
      return out;
    },
  };
  function answer(command: string): string[] {
    if (command === 'ATZ') {
      echo = true;
      spaces = true;
      searched = false;
      return ['', '', 'ELM327 v1.5'];
    }
    if (command === 'ATE0') echo = false;
    if (command === 'ATS0') spaces = false;
    if (command === 'ATDPN') return ['A6'];
    if (command === 'ATRV') return ['12.6V'];
    if (command.startsWith('AT')) return ['OK'];
    const search = searched ? [] : ['SEARCHING...'];
    if (!double.ignition) return [...search, 'UNABLE TO CONNECT'];
    searched = true;
    const lines = double.vehicle[command];
    return [...search, ...(lines ? lines.map(spaced) : ['NO DATA'])];
  }
  return double;
}
