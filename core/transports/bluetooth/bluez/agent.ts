import type { Logger } from '../../../base/log.ts';
import type { BlueBus } from './bus.ts';

const PATH = '/gatehouse/agent';
const TIMEOUT_MS = 5000;
const NOTHING = { signature: '', body: [] };
/** What a gateway without keys and without a screen beside the device may agree to, and only while it pairs that device itself. */
const AGREED = ['RequestAuthorization', 'AuthorizeService', 'RequestConfirmation'];

/** Answers BlueZ's questions while a device is paired. */
export interface PairingAgent {
  /** Rejects as `BlueBus.call`. */
  register(): Promise<void>;
  /** While `work` runs, questions about this device are agreed to. */
  during<T>(devicePath: string, work: () => Promise<T>): Promise<T>;
}

/** An agent that can neither show nor type a number ("just works"). Codes and passkeys are refused. */
export function createPairingAgent(bus: BlueBus, log: Logger): PairingAgent {
  const pairing = new Set<string>();
  return {
    async register() {
      bus.serve(PATH, ({ member, body }) => {
        if (member === 'Release' || member === 'Cancel') return NOTHING;
        const agreed = AGREED.includes(member) && pairing.has(String(body[0]));
        log.info('ble.pairing-asked', { question: member, device: String(body[0]), agreed });
        return agreed ? NOTHING : undefined;
      });
      const manager = { path: '/org/bluez', iface: 'org.bluez.AgentManager1', timeoutMs: TIMEOUT_MS };
      await bus.call({ ...manager, member: 'RegisterAgent', signature: 'os', body: [PATH, 'NoInputNoOutput'] });
    },
    async during(devicePath, work) {
      pairing.add(devicePath);
      try {
        return await work();
      } finally {
        pairing.delete(devicePath);
      }
    },
  };
}
