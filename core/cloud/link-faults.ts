import { type ErrorCode, GatewayError } from '../base/errors.ts';

interface Words {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** Follows the endpoint: `mqtt.example:8883: <words>`. */
  readonly words: string;
  readonly remedy: string;
  /** The other side (or something on the way) ended it: see the uplink's search for a message that makes the cloud hang up. */
  readonly byPeer?: true;
}

const CLOCK = 'Check the date and time of this machine first; then the certificate’s dates.';
const OUR_CERTIFICATE = 'Check that the gateway’s certificate is registered and active in the cloud, and that it is not expired.';

/** Matched against code and text of a failure, in this order. Node and Electron (BoringSSL) name the same fault differently. */
const LINE: readonly Words[] = [
  {
    pattern: /CERT_HAS_EXPIRED|certificate has expired/i,
    code: 'cloud/certificate',
    words: 'its certificate has expired',
    remedy: CLOCK,
  },
  {
    pattern: /CERT_NOT_YET_VALID|not yet valid/i,
    code: 'cloud/certificate',
    words: 'its certificate is not valid yet',
    remedy: CLOCK,
  },
  {
    pattern: /ALTNAME_INVALID|does not match certificate/i,
    code: 'cloud/certificate',
    words: 'its certificate is for another name',
    remedy: 'Check the address in the settings: it must be the name in the certificate.',
  },
  {
    pattern: /KEY_VALUES_MISMATCH|key values mismatch|KEY_TYPE_MISMATCH/i,
    code: 'cloud/certificate',
    words: 'certificate and private key do not belong together',
    remedy: 'Choose the key file that was made with the certificate.',
  },
  {
    pattern:
      /ALERT_?\s?(BAD_CERT|CERTIFICATE|UNKNOWN_CA|UNSUPPORTED_CERT|ACCESS_DENIED)|alert (bad|unknown|certificate|number 4\d)/i,
    code: 'cloud/certificate',
    words: 'the gateway’s certificate was refused',
    remedy: OUR_CERTIFICATE,
  },
  {
    pattern: /UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|SELF_SIGNED|self.signed|unable to (verify|get)/i,
    code: 'cloud/certificate',
    words: 'its certificate was not issued by the configured CA',
    remedy: 'Check the CA file in the settings.',
  },
  {
    pattern: /WRONG_VERSION_NUMBER|packet length too long|wrong version/i,
    code: 'cloud/certificate',
    words: 'the other side does not speak TLS on this port',
    remedy: 'Check the port, or use mqtt:// for a line without TLS.',
  },
  {
    pattern: /OSSL|PEM|DECODER|ASN1|bad decrypt|no start line/i,
    code: 'cloud/certificate',
    words: 'a certificate or key file cannot be read as PEM',
    remedy: 'Check the CA, certificate and key files; the key must not have a passphrase.',
  },
  {
    pattern: /ENOTFOUND|EAI_AGAIN|EAI_/,
    code: 'cloud/offline',
    words: 'the name cannot be resolved',
    remedy: 'Check the network cable, the name server (DNS) and the address. Messages wait safely.',
  },
  {
    pattern: /ECONNREFUSED/,
    code: 'cloud/offline',
    words: 'nothing accepts connections there',
    remedy: 'Check address and port, and that the service runs. Messages wait safely.',
  },
  {
    pattern: /EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL/,
    code: 'cloud/offline',
    words: 'there is no way to this address',
    remedy: 'Check the network cable, the modem and the gateway’s own address. Messages wait safely.',
  },
  {
    pattern: /ETIMEDOUT|ESOCKETTIMEDOUT|connack timeout/i,
    code: 'cloud/offline',
    words: 'no answer',
    remedy: 'Check the network and the firewall (outgoing port). Messages wait safely.',
  },
  {
    pattern: /keepalive timeout/i,
    code: 'cloud/offline',
    words: 'the line went dead (no answer to the keep-alive)',
    remedy: 'The gateway reconnects by itself. Messages wait safely.',
  },
  {
    pattern: /ECONNRESET|EPIPE|ECONNABORTED|disconnected before secure/i,
    code: 'cloud/offline',
    words: 'the connection was cut',
    byPeer: true,
    remedy: 'The gateway reconnects by itself. Messages wait safely.',
  },
];

const textOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause ? `${String(cause.code)} ${cause.message}` : cause.message;
};

/** What ended or prevented a connection, in a technician's words. */
export function lineFault(endpoint: string, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const text = textOf(cause);
  for (const { pattern, code, words, remedy, byPeer } of LINE) {
    if (!pattern.test(text)) continue;
    return new GatewayError(code, `${endpoint}: ${words}`, { cause, remedy, ...(byPeer && { details: { byPeer } }) });
  }
  return new GatewayError('cloud/offline', `${endpoint}: the connection failed (${text})`, { cause });
}

/** CONNACK codes of MQTT 3.1.1 section 3.2.2.3 and MQTT 5 section 3.2.2.2. */
const CONNACK: Readonly<Record<number, readonly [words: string, remedy: string]>> = {
  1: ['does not speak this MQTT version', 'Set protocolVersion to 4 (MQTT 3.1.1) in the settings.'],
  2: ['does not allow the client id', 'Check the client id in the settings.'],
  3: ['is not available at the moment', 'The gateway tries again by itself.'],
  4: ['refused user name or password', 'Check user name and password file.'],
  5: ['does not allow this gateway', OUR_CERTIFICATE],
  132: ['does not speak this MQTT version', 'Set protocolVersion to 4 (MQTT 3.1.1) in the settings.'],
  133: ['does not allow the client id', 'Check the client id in the settings.'],
  134: ['refused user name or password', 'Check user name and password file.'],
  135: ['does not allow this gateway', OUR_CERTIFICATE],
  136: ['is not available at the moment', 'The gateway tries again by itself.'],
  137: ['is busy', 'The gateway tries again by itself.'],
  138: ['has banned this gateway', 'Ask the operator of the cloud account.'],
  151: ['has reached a quota', 'Check the quotas of the cloud account.'],
  159: ['limits how often this gateway may connect', 'Check that no second gateway uses the same client id.'],
};

export function connackFault(endpoint: string, reason: number, cause: unknown): GatewayError {
  const [words, remedy] = CONNACK[reason] ?? [
    `refused the connection (reason ${reason})`,
    'Look the reason up in the cloud’s log.',
  ];
  return new GatewayError('cloud/refused', `${endpoint} ${words}`, { cause, remedy, details: { reason } });
}

/** DISCONNECT sent by an MQTT 5 server, section 3.14.2.1. */
export function disconnectFault(endpoint: string, reason: number): GatewayError {
  const details = { reason, byPeer: true };
  if (reason === 142) {
    return new GatewayError('cloud/refused', `${endpoint}: another connection uses the same client id`, {
      details,
      remedy: 'Check that no second gateway has this client id.',
    });
  }
  return new GatewayError('cloud/offline', `${endpoint} closed the connection (reason ${reason})`, { details });
}

/** PUBACK reasons (MQTT 5 section 3.4.2.1) that will never change for this message. */
const FINAL = new Map([
  [135, 'this gateway is not allowed to publish on this topic'],
  [144, 'the topic is not allowed'],
  [153, 'the payload has the wrong format'],
]);
/** Of these, the ones that every message on the topic meets. */
const OF_TOPIC = new Set([135, 144]);
/** Reasons that pass by themselves: packet id in use, quota. */
const PASSING = new Set([145, 151]);

/**
 * A PUBACK with reason 0x80 or above: `cloud/rejected` (never again; `details.topic`: nothing on this topic will be) or
 * `cloud/declined` (`details.passing`: surely passes).
 */
export function pubackFault(topic: string, reason: number): GatewayError {
  const final = FINAL.get(reason);
  if (final !== undefined) {
    const details = { reason, ...(OF_TOPIC.has(reason) && { topic: true }) };
    return new GatewayError('cloud/rejected', `${topic}: ${final}`, { details });
  }
  return new GatewayError('cloud/declined', `${topic}: the cloud did not take the message (reason ${reason})`, {
    details: { reason, passing: PASSING.has(reason) },
  });
}
