import type { ReactNode } from 'react';
import './hex-text.css';

/** Bytes of a base64 text; empty when it is not base64. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** Bytes as pairs of hex digits: `01 03 00 10`. */
export const hexOf = (bytes: Uint8Array): string =>
  [...bytes]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(' ')
    .toUpperCase();

/** Printable ASCII as it is, anything else as a dot. */
export const textOf = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');

function lines(bytes: Uint8Array, perLine: number): { offset: number; hex: string; text: string }[] {
  const all: { offset: number; hex: string; text: string }[] = [];
  for (let at = 0; at < bytes.length; at += perLine) {
    const part = bytes.subarray(at, at + perLine);
    all.push({ offset: at, hex: hexOf(part), text: textOf(part) });
  }
  return all;
}

/** Bytes (base64) as hex beside text, `perLine` (16) to a line with offsets; `label` names what is more than one line long. */
export function HexText(props: { bytes: string; label: string; perLine?: number }): ReactNode {
  const rows = lines(bytesOf(props.bytes), props.perLine ?? 16);
  const body = rows.map((row) => (
    <div className="hex-line" key={row.offset}>
      {rows.length > 1 && <span className="hex-offset">{row.offset.toString(16).padStart(4, '0').toUpperCase()}</span>}
      <span className="hex-bytes">{row.hex}</span>
      <span className="hex-ascii">{row.text}</span>
    </div>
  ));
  if (rows.length <= 1) return <div className="hex mono">{body}</div>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
    <section className="hex mono" aria-label={props.label} tabIndex={0}>
      {body}
    </section>
  );
}
