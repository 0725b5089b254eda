import { ACCESS_FAULTS } from './faults/access.ts';
import { DEVICE_FAULTS } from './faults/devices.ts';
import { FIELD_FAULTS } from './faults/field.ts';
import { FUNCTION_FAULTS } from './faults/functions.ts';
import { MESSAGE_FAULTS } from './faults/messages.ts';
import { SITE_FAULTS } from './faults/site.ts';
import { STORE_FAULTS } from './faults/store.ts';

/** Every fault a person can meet, by its stable code. */
export const ERRORS = {
  ...SITE_FAULTS,
  ...DEVICE_FAULTS,
  ...FIELD_FAULTS,
  ...MESSAGE_FAULTS,
  ...FUNCTION_FAULTS,
  ...STORE_FAULTS,
  ...ACCESS_FAULTS,
} as const;

export type ErrorCode = keyof typeof ERRORS;
export type Details = Readonly<Record<string, string | number | boolean | null>>;

/** What crosses a boundary: data only. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly details: Details;
}

/** A fault with a stable code. `message` names the thing (port, device, field) in a technician's words. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly details: Details;
  readonly remedy: string;
  constructor(code: ErrorCode, message: string, more: { cause?: unknown; details?: Details; remedy?: string } = {}) {
    super(message, { cause: more.cause });
    this.code = code;
    this.details = more.details ?? {};
    this.remedy = more.remedy ?? ERRORS[code].remedy;
  }
}

/** Turns anything thrown into plain data. A foreign error becomes `gateway/internal`: its text may hold secrets, so it stays in the log. */
export function toWire(error: unknown): WireError {
  if (error instanceof GatewayError) {
    return { code: error.code, message: error.message, remedy: error.remedy, details: error.details };
  }
  return {
    code: 'gateway/internal',
    message: ERRORS['gateway/internal'].show,
    remedy: ERRORS['gateway/internal'].remedy,
    details: {},
  };
}

/** The text of anything thrown, with its chain of causes, for the log. */
export function describe(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? ` [${error.code}]` : '';
  const cause = error.cause !== undefined && depth < 4 ? ` <- ${describe(error.cause, depth + 1)}` : '';
  return `${error.message}${code}${cause}`;
}
