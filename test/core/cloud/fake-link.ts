import { GatewayError } from '../../../core/base/errors.ts';
import type { CloudLink, CloudStatus, Outgoing } from '../../../core/cloud/cloud-link.ts';

export interface Call {
  readonly id: number;
  readonly message: Outgoing;
  resolve(): void;
  reject(
    code: 'cloud/offline' | 'cloud/rejected' | 'cloud/declined' | 'cloud/ack-timeout',
    details?: Record<string, boolean>,
  ): void;
}

export const idOf = (message: Outgoing): number => Number(message.properties['id']?.split('-').at(-1));

/** A line in the hands of the test. */
export function fakeLink(receiveMaximum = 65_535) {
  let status: CloudStatus = { state: 'connected', since: 0, endpoint: 'x', lastError: null, attempts: 0, nextAttemptAt: null };
  const listeners = new Set<(status: CloudStatus) => void>();
  const open: Call[] = [];
  /** Ids in the order in which they were sent. */
  const wire: number[] = [];
  const sent: Outgoing[] = [];
  /** Answers by itself where set: a fault, null for an acknowledgement, undefined for neither. */
  let auto: ((message: Outgoing) => GatewayError | null | undefined) | null = null;
  const link: CloudLink = {
    status: () => status,
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setFilters: () => {},
    onMessage: () => () => {},
    receiveMaximum: () => receiveMaximum,
    certificateEnds: () => null,
    publish(message, signal) {
      if (status.state !== 'connected') return Promise.reject(new GatewayError('cloud/offline', 'no line'));
      wire.push(idOf(message));
      sent.push(message);
      const fault = auto?.(message);
      if (fault) return Promise.reject(fault);
      if (fault === null) return Promise.resolve();
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        const fail: Call['reject'] = (code, details = {}) => reject(new GatewayError(code, code, { details }));
        open.push({ id: idOf(message), message, resolve, reject: fail });
      });
    },
  };
  return {
    link,
    wire,
    sent,
    open,
    answer(next: typeof auto) {
      auto = next;
    },
    setState(state: CloudStatus['state'], more: Partial<CloudStatus> = {}) {
      status = { ...status, ...more, state };
      for (const listener of listeners) listener(status);
    },
    /** As a broken line does: everything in flight is rejected and the state changes. */
    breakLine(details: Record<string, boolean> = {}) {
      for (const call of open.splice(0)) call.reject('cloud/offline', details);
      this.setState('offline');
    },
  };
}
export type FakeLink = ReturnType<typeof fakeLink>;
