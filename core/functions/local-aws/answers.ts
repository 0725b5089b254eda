import { type ErrorCode, GatewayError } from '../../base/errors.ts';

/** What the listener answers a request. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const JSON_TYPE = { 'content-type': 'application/json' };

export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { ...JSON_TYPE, ...headers },
  body: JSON.stringify(value),
});

export const jsonBytes = (body: Uint8Array): Answer => ({ status: 200, headers: JSON_TYPE, body });

const SHAPES: Readonly<Record<number, string>> = {
  400: 'InvalidRequestException',
  401: 'UnauthorizedException',
  403: 'ForbiddenException',
  404: 'ResourceNotFoundException',
  405: 'MethodNotAllowedException',
  409: 'ConflictException',
  413: 'RequestEntityTooLargeException',
  415: 'UnsupportedDocumentEncodingException',
  429: 'ThrottlingException',
  500: 'InternalFailureException',
  503: 'ServiceUnavailableException',
};

/** A refusal of the IoT data plane, as its SDKs read it. */
export const refusal = (status: number, message: string): Answer =>
  json(status, { message }, { 'x-amzn-errortype': SHAPES[status] ?? 'InternalFailureException' });

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  'function/denied': 403,
  'function/unknown': 403,
  'router/bad-topic': 400,
  'api/bad-input': 400,
};
/** No room for the moment: the SDK tries again by itself. */
const LATER = /^(store\/|outbox\/|function\/busy$|gateway\/stopping$)/;

/** Any fault as a refusal; what is unforeseen says nothing of its cause. */
export function refusalOf(cause: unknown): Answer {
  if (!(cause instanceof GatewayError)) return refusal(500, 'Internal failure');
  const told = cause.details['status'];
  if (cause.code === 'shadow/refused') return refusal(typeof told === 'number' ? told : 400, cause.message);
  return refusal(STATUS[cause.code] ?? (LATER.test(cause.code) ? 503 : 500), cause.message);
}
