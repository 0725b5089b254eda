/**
 * Every fault a person can meet. Codes are wire values: add, never rename.
 * `show` says what happened, `remedy` what to do next; both are read by a technician on site.
 */
export const ERRORS = {
  'gateway/internal': {
    retry: false,
    show: 'Something went wrong inside the gateway.',
    remedy: 'Look at the log for details; restart the gateway if it goes on.',
  },
  'gateway/already-running': {
    retry: false,
    show: 'Another gateway already uses this data directory.',
    remedy: 'Stop the other gateway, or start this one with --data and another folder.',
  },
  'gateway/stopping': { retry: false, show: 'The gateway is stopping.', remedy: 'Try again when it runs.' },
  'gateway/data-unwritable': {
    retry: false,
    show: 'The data directory cannot be written.',
    remedy: 'Give this user write access to the folder, or choose another with --data.',
  },
  'config/invalid': { retry: false, show: 'The settings file has mistakes.', remedy: 'Mend the fields that are named.' },
  'document/invalid': {
    retry: false,
    show: 'The deployment document has mistakes.',
    remedy: 'Mend the fields that are named and try again.',
  },
  'document/unreadable': {
    retry: false,
    show: 'The deployment document cannot be read.',
    remedy: 'Check the path and the permission of the file.',
  },
  'document/conflict': {
    retry: false,
    show: 'Another deployment was applied meanwhile.',
    remedy: 'Look at the differences again, then apply.',
  },
  'document/not-found': {
    retry: false,
    show: 'There is no such version of the deployment.',
    remedy: 'Choose a version from the list.',
  },
  'link/not-found': {
    retry: true,
    show: 'The port does not exist.',
    remedy: 'Check that the adapter is plugged in and that the path is right.',
  },
  'link/busy': {
    retry: true,
    show: 'Another program uses the port.',
    remedy: 'Close the other program, or wait until it has finished.',
  },
  'link/not-permitted': {
    retry: true,
    show: 'The gateway may not open the port.',
    remedy: 'Add the gateway’s user to the group that owns the port, then sign in again.',
  },
  'link/refused': {
    retry: true,
    show: 'The device refused the connection.',
    remedy: 'Check address and port, and that the device is switched on.',
  },
  'link/timeout': {
    retry: true,
    show: 'The connection could not be opened in time.',
    remedy: 'Check the cable, the address and the device’s power.',
  },
  'link/lost': {
    retry: true,
    show: 'The connection to the device was lost.',
    remedy: 'Check the cable and the device’s power. The gateway reconnects by itself.',
  },
  'link/closed': { retry: true, show: 'The connection is closed.', remedy: 'The gateway reconnects by itself.' },
  'link/failed': { retry: true, show: 'The port could not be used.', remedy: 'Look at the cause; check the port’s settings.' },
  'adapter/timeout': {
    retry: true,
    show: 'The device did not answer in time.',
    remedy: 'Check the unit id, baud rate, wiring and termination.',
  },
  'adapter/bad-frame': {
    retry: true,
    show: 'The device sent something that is not a valid frame.',
    remedy: 'Check baud rate, parity and wiring; look at the raw frames.',
  },
  'adapter/wrong-unit': {
    retry: true,
    show: 'Another unit answered than the one that was asked.',
    remedy: 'Check that no two devices share one unit id.',
  },
  'adapter/exception': {
    retry: true,
    show: 'The device answered with an exception.',
    remedy: 'Check the register address and count against the device’s manual.',
  },
  'adapter/silent': {
    retry: true,
    show: 'Nothing was heard from the device for too long.',
    remedy: 'Check power and cable; check the interval that is expected.',
  },
  'adapter/not-writable': {
    retry: false,
    show: 'This point cannot be written.',
    remedy: 'Declare the point as writable in the deployment document.',
  },
  'adapter/bad-value': {
    retry: false,
    show: 'The value cannot be written to this point.',
    remedy: 'Give a value within the range that is named.',
  },
  'adapter/bad-pattern': {
    retry: false,
    show: 'The pattern of this device cannot be used.',
    remedy: 'Mend the pattern in the deployment document as the message says.',
  },
  'adapter/link-conflict': {
    retry: true,
    show: 'Two devices use the same line with different settings.',
    remedy: 'Give all devices on one line the same settings, or use another port.',
  },
  'adapter/busy': {
    retry: true,
    show: 'Too many requests wait for this line.',
    remedy: 'Poll the devices on this line less often.',
  },
  'adapter/unknown-point': {
    retry: false,
    show: 'The device has no such point.',
    remedy: 'Check the point’s name in the deployment document.',
  },
  'adapter/unknown-device': {
    retry: false,
    show: 'There is no such device.',
    remedy: 'Check the device’s id in the deployment document.',
  },
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
  'function/load-failed': {
    retry: false,
    show: 'The function could not be loaded.',
    remedy: 'Mend the code as the message says and deploy it again.',
  },
  'function/failed': {
    retry: false,
    show: 'The function threw an error.',
    remedy: 'Look at the event that caused it and at the function’s log.',
  },
  'function/timeout': {
    retry: false,
    show: 'The function did not finish in time and was ended.',
    remedy: 'Look for an endless loop or a call that never returns, or raise its timeout.',
  },
  'function/out-of-memory': {
    retry: false,
    show: 'The function used more memory than allowed and was ended.',
    remedy: 'Look for data that piles up, or raise its memory limit.',
  },
  'function/exited': { retry: false, show: 'The function ended its own thread.', remedy: 'Remove the call of process.exit.' },
  'function/publish-limit': {
    retry: false,
    show: 'The function published too many messages in one invocation.',
    remedy: 'Look for a loop that publishes, or raise the limit.',
  },
  'function/parked': {
    retry: false,
    show: 'The function is parked after repeated failure.',
    remedy: 'Mend the cause, then restart it here or deploy a new version.',
  },
  'function/paused': { retry: true, show: 'The function is paused.', remedy: 'Resume it.' },
  'function/busy': {
    retry: true,
    show: 'The function’s queue is full.',
    remedy: 'It is slower than its events come in: raise its concurrency or thin out the events.',
  },
  'function/unknown': { retry: false, show: 'There is no such function.', remedy: 'Check the name in the deployment document.' },
  'store/full': { retry: true, show: 'The disk is full.', remedy: 'Free room on the disk; the gateway goes on by itself.' },
  'store/read-only': {
    retry: true,
    show: 'The data directory is read-only.',
    remedy: 'Check the disk for errors and make it writable.',
  },
  'store/damaged': { retry: false, show: 'The database is damaged.', remedy: 'Keep the data directory and call support.' },
  'store/failed': {
    retry: true,
    show: 'The database refused the operation.',
    remedy: 'Look at the cause and at the free room on the disk.',
  },
  'store/newer': {
    retry: false,
    show: 'A newer version of the gateway wrote this data.',
    remedy: 'Install that version again, or start with --data and another folder.',
  },
  'store/closed': { retry: false, show: 'The store is closed.', remedy: 'Try again when the gateway runs.' },
  'store/overloaded': {
    retry: true,
    show: 'More messages wait to be stored than fit into memory.',
    remedy: 'The disk is slower than the sources: reduce the rate.',
  },
  'broker/port-in-use': {
    retry: false,
    show: 'The port of the local broker is in use.',
    remedy: 'Stop the other program, or choose another port with --mqtt-port.',
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
  'kiosk/wrong-pin': {
    retry: true,
    show: 'The PIN is wrong.',
    remedy: 'Type it again, or set a new one with "gatehouse set-pin".',
  },
  'kiosk/wait': { retry: true, show: 'Too many wrong PINs.', remedy: 'Wait, then type it again.' },
  'kiosk/no-pin': { retry: false, show: 'No PIN is set.', remedy: 'Set one on this machine with "gatehouse set-pin".' },
  'site/alarm': { retry: false, show: 'A function of the site raised an alarm.', remedy: 'Do what the alarm says.' },
  'site/books': {
    retry: false,
    show: 'The books of a hop do not balance.',
    remedy: 'Save the log and report it: the gateway miscounted.',
  },
  'api/unknown-method': {
    retry: false,
    show: 'The gateway does not know this call.',
    remedy: 'Console and gateway have different versions: reload the console.',
  },
  'api/unknown-topic': {
    retry: false,
    show: 'The gateway does not know this view.',
    remedy: 'Console and gateway have different versions: reload the console.',
  },
  'api/bad-input': { retry: false, show: 'The call had a wrong argument.', remedy: 'Correct the fields that are named.' },
  'api/bad-frame': {
    retry: false,
    show: 'A client sent something that is not a frame.',
    remedy: 'Check what connects to the console’s port.',
  },
  'api/not-available': { retry: false, show: 'This is not available here.', remedy: 'The gateway runs without this part.' },
  'api/disconnected': { retry: true, show: 'The connection to the gateway was lost.', remedy: 'It is restored by itself.' },
  'api/cancelled': { retry: true, show: 'The call was cancelled.', remedy: 'Call again.' },
  'api/port-in-use': {
    retry: false,
    show: 'The port of the console is in use.',
    remedy: 'Stop the other program, or choose another port with --port.',
  },
  'api/busy': {
    retry: true,
    show: 'Too many calls wait for an answer.',
    remedy: 'Wait a moment and try again.',
  },
  'api/not-loopback': {
    retry: false,
    show: 'The console may only be served on this machine itself.',
    remedy: 'Use 127.0.0.1 as the address; reach it from elsewhere through a tunnel.',
  },
  'api/listen-failed': {
    retry: false,
    show: 'The gateway cannot listen for the console or the command line.',
    remedy: 'Look at the cause; check the port and the permissions of the data directory.',
  },
  'api/foreign-origin': {
    retry: false,
    show: 'A foreign web page tried to use this gateway and was refused.',
    remedy: 'Open the console at its own address, e.g. http://127.0.0.1:8080.',
  },
  'api/slow-client': {
    retry: true,
    show: 'A console does not read what it is sent and was disconnected.',
    remedy: 'Reload the console; it reconnects by itself.',
  },
  'cli/not-running': {
    retry: true,
    show: 'No gateway runs on this data directory.',
    remedy: 'Start it with "gatehouse start", or name its folder with --data.',
  },
  'cli/not-permitted': {
    retry: false,
    show: 'This user may not talk to the gateway.',
    remedy: 'Run the command as the user that runs the gateway.',
  },
  'cli/bad-input': {
    retry: false,
    show: 'The command cannot use what it was given.',
    remedy: 'Look at the help of the command with --help.',
  },
} as const satisfies Record<string, { retry: boolean; show: string; remedy: string }>;

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
