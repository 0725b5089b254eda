import { GatewayError } from '../base/errors.ts';

const badInput = (message: string): GatewayError => new GatewayError('cli/bad-input', message);

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
};

/** `500MB`, `2 GB`, `1048576`: bytes, in powers of 1000 as everywhere here. Throws `cli/bad-input`. */
export function parseBytes(name: string, text: string): number {
  const [, number = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (number === '' || factor === undefined) throw badInput(`${name} must be a size like 500MB or 2GB, not "${text}"`);
  return Math.round(Number(number) * factor);
}

/** A limit: a number of this kind, or `none`. Throws `cli/bad-input`. */
export function parseLimit(name: string, text: string, parse: (name: string, text: string) => number): number | null {
  return text.trim().toLowerCase() === 'none' ? null : parse(name, text);
}

export function parseNumber(name: string, text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(number) || number < 0) throw badInput(`${name} must be a number, or "none", not "${text}"`);
  return number;
}

/** Numbers of messages as they stand in a list; each once. Throws `cli/bad-input`. */
export function parseIds(texts: readonly (string | number)[]): number[] {
  const ids = texts.map((text) => {
    const id = Number(text);
    if (!Number.isSafeInteger(id) || id < 1) throw badInput(`"${text}" is not the number of a message`);
    return id;
  });
  return [...new Set(ids)];
}

/** Either some ids or all of them, said explicitly: nothing must happen to all by leaving something out. */
export function idsOrAll(texts: readonly (string | number)[], all: boolean): number[] | null {
  if (all && texts.length > 0) throw badInput('give either numbers or --all, not both');
  if (!all && texts.length === 0) throw badInput('name the numbers of the messages, or give --all');
  return all ? null : parseIds(texts);
}
