import type { ToolLineView } from '../../../../core/contract/field-views.ts';
import { bytesOf, hexOf, textOf } from '../../../components/HexText.tsx';
import { control, isControl, MOST_PER_BYTE, MOST_WAITING, shownText, waiting } from './text-marks.ts';

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
/** Of base64. */
const BYTES_PER_CHAR = 0.75;
/** In the hex view a silence as long as this begins a new line. */
const HEX_GAP_US = 20_000;

type Piece = Pick<ToolLineView, 'id' | 'at' | 'gapUs' | 'direction' | 'bytes' | 'decoded'>;

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
  let open: { id: number; at: number; direction: Direction; bytes: number[]; text: string } | null = null;
  /** The beginning of a character of several bytes. */
  let begun: Uint8Array = new Uint8Array();

  const drawn = (): TerminalLine[] => {
    if (!open) return [];
    const bytes = Uint8Array.from(open.bytes);
    const hex = view === 'hex';
    return [
      {
        id: open.id,
        at: open.at,
        direction: open.direction,
        text: hex ? hexOf(bytes) : open.text + shownText(begun),
        side: hex ? textOf(bytes) : '',
      },
    ];
  };
  function finish(): void {
    lines.push(...drawn());
    open = null;
    begun = new Uint8Array();
  }
  function begin(piece: Piece): NonNullable<typeof open> {
    lineId += 1;
    return { id: lineId, at: piece.at, direction: piece.direction, bytes: [], text: '' };
  }
  function addText(piece: Piece, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const byte = bytes[at] ?? 0;
      const endsPair = byte === 10 && afterReturn;
      afterReturn = byte === 13;
      if (endsPair) {
        at += 1;
        continue;
      }
      open ??= begin(piece);
      if (byte === 10 || byte === 13) {
        finish();
        at += 1;
      } else at += isControl(byte) ? addControl(open, byte) : addRun(open, bytes, at);
      if (open && open.text.length >= TEXT_PER_LINE) breakLine(piece);
    }
  }
  function addControl(line: NonNullable<typeof open>, byte: number): number {
    line.text += shownText(begun) + control(byte);
    begun = new Uint8Array();
    return 1;
  }
  /** Adds bytes up to the next control character, so few that the line is full at the last of them at the earliest. */
  function addRun(line: NonNullable<typeof open>, bytes: Uint8Array, at: number): number {
    const most = Math.max(1, Math.floor((TEXT_PER_LINE - line.text.length) / MOST_PER_BYTE) - MOST_WAITING);
    const part = bytes.subarray(at, at + most);
    const end = part.findIndex(isControl);
    const run = end < 0 ? part : part.subarray(0, end);
    const all = Uint8Array.from([...begun, ...run]);
    const whole = all.length - waiting(all);
    line.text += shownText(all.subarray(0, whole));
    begun = all.subarray(whole);
    return run.length;
  }
  /** The line is full; a character that has begun goes on in the next one. */
  function breakLine(piece: Piece): void {
    const rest = begun;
    begun = new Uint8Array();
    finish();
    if (rest.length > 0) open = begin(piece);
    begun = rest;
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
  /** The newest pieces that fill all lines that are kept. */
  function enough(): readonly Piece[] {
    let left = KEEP_LINES * (view === 'hex' ? HEX_PER_LINE : TEXT_PER_LINE);
    const first = pieces.findLastIndex((piece) => {
      left -= piece.bytes.length * BYTES_PER_CHAR;
      return left <= 0;
    });
    return pieces.slice(Math.max(0, first));
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
      afterReturn = false;
      for (const piece of enough()) draw(piece);
      trim();
    },
    clear() {
      pieces = [];
      lines = [];
      open = null;
      begun = new Uint8Array();
      missed = 0;
    },
    lines: () => [...lines, ...drawn()],
    get missed() {
      return missed;
    },
  };
}
