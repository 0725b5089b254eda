import type { ToolLineView } from '../../../../core/contract/field-views.ts';
import { bytesOf, hexOf, textOf } from '../../../components/HexText.tsx';

export type View = 'text' | 'hex';
export type Direction = ToolLineView['direction'];

/** One line of the terminal as it is drawn. Keeps its identity once it is whole. */
export interface TerminalLine {
  readonly id: number;
  readonly at: number;
  readonly direction: Direction;
  readonly text: string;
  /** Hex view: the same bytes as text. */
  readonly side: string;
}

/** Lines that are kept. */
export const KEEP_LINES = 5000;
/** Pieces that are kept to draw them anew in the other view. */
const KEEP_PIECES = 8000;
const HEX_PER_LINE = 16;
const TEXT_PER_LINE = 160;
/** In the hex view a silence as long as this begins a new line. */
const HEX_GAP_US = 20_000;

type Piece = Pick<ToolLineView, 'id' | 'at' | 'gapUs' | 'direction' | 'bytes' | 'decoded'>;

const CONTROLS =
  'NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(
    ' ',
  );
/** Control characters by their names in ASCII, so that nothing on the line stays unseen. */
const control = (byte: number): string => `<${CONTROLS[byte] ?? 'DEL'}>`;

export interface Scrollback {
  /** What came; pieces that it has already are passed over. Gives whether anything is new. */
  add(pieces: readonly Piece[]): boolean;
  show(view: View): void;
  clear(): void;
  /** A new array after every change. */
  lines(): readonly TerminalLine[];
  /** Pieces that came and went between two looks. */
  readonly missed: number;
}

/** What a terminal has seen, as lines: text is broken at line ends, hex every 16 bytes and at silences. Bounded: the oldest go. */
export function createScrollback(): Scrollback {
  let view: View = 'text';
  let pieces: Piece[] = [];
  let lines: TerminalLine[] = [];
  let lastPiece = 0;
  let lineId = 0;
  let missed = 0;
  /** A line feed right after a carriage return belongs to it. */
  let afterReturn = false;
  let open: { id: number; at: number; direction: Direction; bytes: number[]; decoder: TextDecoder; text: string } | null = null;

  const drawn = (): TerminalLine[] => {
    if (!open) return [];
    const bytes = Uint8Array.from(open.bytes);
    const hex = view === 'hex';
    return [
      {
        id: open.id,
        at: open.at,
        direction: open.direction,
        text: hex ? hexOf(bytes) : open.text,
        side: hex ? textOf(bytes) : '',
      },
    ];
  };
  function finish(): void {
    lines.push(...drawn());
    open = null;
  }
  function begin(piece: Piece): NonNullable<typeof open> {
    lineId += 1;
    return { id: lineId, at: piece.at, direction: piece.direction, bytes: [], decoder: new TextDecoder(), text: '' };
  }
  function addText(piece: Piece, bytes: Uint8Array): void {
    for (const byte of bytes) {
      const endsPair = byte === 10 && afterReturn;
      afterReturn = byte === 13;
      if (endsPair) continue;
      open ??= begin(piece);
      if (byte === 10 || byte === 13) {
        finish();
        continue;
      }
      if (byte < 32 || byte === 127) open.text += control(byte);
      else open.text += byte < 127 ? String.fromCharCode(byte) : open.decoder.decode(Uint8Array.of(byte), { stream: true });
      if (open.text.length >= TEXT_PER_LINE) finish();
    }
  }
  function addHex(piece: Piece, bytes: Uint8Array): void {
    for (const byte of bytes) {
      open ??= begin(piece);
      open.bytes.push(byte);
      if (open.bytes.length >= HEX_PER_LINE) finish();
    }
  }
  function draw(piece: Piece): void {
    if (piece.direction === 'note') {
      finish();
      lineId += 1;
      lines.push({ id: lineId, at: piece.at, direction: 'note', text: piece.decoded, side: '' });
      return;
    }
    if (open && (open.direction !== piece.direction || (view === 'hex' && piece.gapUs >= HEX_GAP_US))) finish();
    const bytes = bytesOf(piece.bytes);
    if (view === 'hex') addHex(piece, bytes);
    else addText(piece, bytes);
  }
  const trim = (): void => {
    if (lines.length > KEEP_LINES) lines = lines.slice(-KEEP_LINES);
    if (pieces.length > KEEP_PIECES * 1.25) pieces = pieces.slice(-KEEP_PIECES);
  };

  return {
    add(all) {
      const fresh = all.filter(({ id }) => id > lastPiece);
      const first = fresh[0];
      if (!first) return false;
      if (lastPiece > 0 && first.id > lastPiece + 1) missed += first.id - lastPiece - 1;
      lastPiece = fresh.at(-1)?.id ?? lastPiece;
      for (const piece of fresh) {
        pieces.push(piece);
        draw(piece);
      }
      trim();
      return true;
    },
    show(next) {
      if (next === view) return;
      finish();
      view = next;
      lines = [];
      for (const piece of pieces) draw(piece);
      trim();
    },
    clear() {
      pieces = [];
      lines = [];
      open = null;
      missed = 0;
    },
    lines: () => [...lines, ...drawn()],
    get missed() {
      return missed;
    },
  };
}
