import type { FaultKind } from './fault.ts';

/** The router, the local broker and the cloud. Codes are wire values: add, never rename. */
export const MESSAGE_FAULTS = {
  'router/queue-full': {
    retry: true,
    show: 'The queue of this subscription is full.',
    remedy: 'Look at the target: it is slower than the source. Enlarge the queue or thin out the messages.',
  },
  'router/bad-topic': {
    retry: false,
    show: 'The topic is not allowed.',
    remedy: 'Use at most 256 bytes, no wildcards, and no empty name.',
  },
  'broker/port-in-use': {
    retry: false,
    show: 'The port of the local broker is in use.',
    remedy: 'Stop the other program, or choose another port with --mqtt-port.',
  },
  'broker/not-open': {
    retry: true,
    show: 'The local broker is not open.',
    remedy: 'See the alarm of the broker: its port may be taken by another program. It opens by itself when the cause is gone.',
  },
  'broker/topic-too-deep': { retry: false, show: 'The topic has too many levels.', remedy: 'Use fewer levels in the topic.' },
  'broker/malformed': {
    retry: false,
    show: 'A client sent something that is not MQTT.',
    remedy: 'Check what connects to this port.',
  },
  'broker/slow-client': {
    retry: true,
    show: 'A client does not read its messages and was disconnected.',
    remedy: 'Look at the client: it is stuck or its line is too slow.',
  },
  'broker/packet-too-large': {
    retry: false,
    show: 'A client sent a packet that is too large and was disconnected.',
    remedy: 'Send smaller messages, or raise the limit of the local broker.',
  },
  'broker/connect-timeout': {
    retry: true,
    show: 'A connection was opened but no MQTT connect came.',
    remedy: 'Check what connects to this port; a TLS client on a plain port does this.',
  },
  'broker/client-lost': {
    retry: true,
    show: 'A client went silent and was disconnected.',
    remedy: 'Check the client and its line; it may connect again at any time.',
  },
  'broker/not-accepted': {
    retry: true,
    show: 'A message of a client could not be taken; the client was disconnected so that it sends again.',
    remedy: 'Look at the cause: a full disk or a target that is too slow.',
  },
  'broker/needs-tls': {
    retry: false,
    show: 'The local broker may not listen on the network without TLS.',
    remedy: 'Configure certificate and key for the local broker, or let it listen on 127.0.0.1.',
  },
  'broker/too-many-clients': {
    retry: true,
    show: 'The local broker has its maximum of clients.',
    remedy: 'Disconnect clients that are not needed, or raise the limit.',
  },
  'broker/unknown-session': {
    retry: false,
    show: 'The local broker knows no session of this client.',
    remedy: 'Choose one from the list.',
  },
  'broker/session-full': {
    retry: true,
    show: 'The session of a client that is away is full; what is newer is not kept for it.',
    remedy: 'Bring the client back, or forget its session on the page Data & outbox.',
  },
  'cloud/certificate-ends': {
    retry: true,
    show: 'The certificate of this gateway ends soon.',
    remedy: 'Put the renewed certificate in its place; it is taken with the next connection, without a restart.',
  },
  'cloud/offline': {
    retry: true,
    show: 'The cloud cannot be reached.',
    remedy: 'Check the network. Messages wait safely and are sent when the line is back.',
  },
  'cloud/refused': {
    retry: true,
    show: 'The cloud refused the connection.',
    remedy: 'Check the certificate, its policy, and the client id.',
  },
  'cloud/certificate': {
    retry: true,
    show: 'The certificates do not fit.',
    remedy: 'Check the clock, the CA file, and that certificate and key belong together.',
  },
  'cloud/rejected': {
    retry: false,
    show: 'The cloud refused the message for good.',
    remedy: 'Check size, topic and permissions of the message.',
  },
  'cloud/declined': {
    retry: true,
    show: 'The cloud did not take the message this time.',
    remedy: 'The gateway tries again by itself; look at quotas and at the cloud’s log if it goes on.',
  },
  'cloud/ack-timeout': {
    retry: true,
    show: 'The cloud did not acknowledge in time.',
    remedy: 'The line is slow or dead; the gateway reconnects by itself.',
  },
} as const satisfies Record<string, FaultKind>;
