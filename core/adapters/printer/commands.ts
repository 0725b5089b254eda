import { createTextEncoder, wrap } from './text.ts';

const ESC = 0x1b;
const GS = 0x1d;
const DLE = 0x10;
const MOST_LINES = 50;

/** DLE EOT n: answered at once, even while it prints or is offline. */
export const askRealTime = (n: number): Uint8Array => Uint8Array.of(DLE, 0x04, n);
/** GS r 1: answered when all before it is printed. */
export const ASK_IN_TURN = Uint8Array.of(GS, 0x72, 1);
/** GS a: a status by itself when drawer, online, error or paper change. */
export const SWITCH_ASB_ON = Uint8Array.of(GS, 0x61, 0x0f);
/** GS V B 0: feeds to the cutter and cuts. */
const CUT = Uint8Array.of(GS, 0x56, 0x42, 0);
/** ESC p: 50 ms pulse at pin 2. */
const OPEN_DRAWER = Uint8Array.of(ESC, 0x70, 0, 25, 250);

export type PrinterJob =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly words: string }
  | { readonly ok: false; readonly why: string };

export interface JobSettings {
  readonly name: string;
  readonly columns: number;
  readonly codeTable: number;
}

/** ESC @, ESC t n, the text, a line end. */
function textJob({ columns, codeTable }: JobSettings, text: string): Uint8Array {
  const body = createTextEncoder(codeTable)(wrap(text, columns));
  return Uint8Array.of(ESC, 0x40, ESC, 0x74, codeTable, ...body, 0x0a);
}

function testPage({ name, columns, codeTable }: JobSettings): string {
  const ruler = Array.from({ length: columns }, (_, i) => (i % 10 === 9 ? String(((i + 1) / 10) % 10) : '.')).join('');
  return `${name}\nTest page, ${columns} columns, code table ${codeTable}\n${ruler}\nABC abc 0123456789\nÄÖÜ äöü ß é è ñ € £ °\n${ruler}\n\n\n`;
}

/** The bytes for an action; `why` where there is no such action or its argument cannot be used. */
export function jobFor(action: string, argument: string | undefined, settings: JobSettings): PrinterJob {
  switch (action) {
    case 'print':
      if (argument === undefined || argument.trim() === '') return { ok: false, why: 'there is no text to print' };
      return { ok: true, bytes: textJob(settings, argument), words: 'printed' };
    case 'test-page':
      return { ok: true, bytes: textJob(settings, testPage(settings)), words: 'the test page is printed' };
    case 'cut':
      return { ok: true, bytes: CUT, words: 'cut' };
    case 'drawer':
      return { ok: true, bytes: OPEN_DRAWER, words: 'the drawer was told to open' };
    case 'feed': {
      const lines = Number(argument ?? 3);
      if (!Number.isInteger(lines) || lines < 1 || lines > MOST_LINES) return { ok: false, why: `feed 1 to ${MOST_LINES} lines` };
      return { ok: true, bytes: Uint8Array.of(ESC, 0x64, lines), words: `${lines} lines fed` };
    }
    default:
      return { ok: false, why: '' };
  }
}
