import type { Client, PublishPacket } from 'aedes';
import type { Counter } from '../base/metrics.ts';
import type { Waiter } from '../router/waiter.ts';
import type { ClientWindows } from './client-windows.ts';
import type { Pressure } from './pressure.ts';
import type { SiteBroker } from './site-broker.ts';

/** aedes' callback: with an error it closes the client without an acknowledgement. */
export type Verdict = (error?: Error | null) => void;

export interface PassageDeps {
  readonly pressure: Pressure;
  readonly windows: ClientWindows;
  /** Counts QoS 0 messages that were not taken. */
  readonly refused: Counter;
  notAccepted(client: Client, cause: unknown): Error;
}

/**
 * A message with QoS 0 or 1 on its way through the router, the clients' pressure and, where it must be kept, the disk. A class, as
 * there is one for each message: closures and promises for each step would cost a fifth of what a broker does.
 */
export class Passage implements Waiter {
  readonly #deps: PassageDeps;
  readonly #client: Client;
  readonly #packet: PublishPacket;
  readonly #site: SiteBroker;
  readonly #verdict: Verdict;
  /** Of its place in the client's window; -1 without one. */
  #bytes = -1;
  #isOver = false;

  constructor(deps: PassageDeps, client: Client, packet: PublishPacket, site: SiteBroker, verdict: Verdict) {
    this.#deps = deps;
    this.#client = client;
    this.#packet = packet;
    this.#site = site;
    this.#verdict = verdict;
  }

  /** Unless it is over: it has a place in the client's window until then. */
  wait(): void {
    if (this.#isOver || this.#bytes >= 0) return;
    this.#bytes = this.#packet.payload.length;
    this.#deps.windows.enter(this.#client, this.#bytes);
  }

  /** The router has it. */
  done(): void {
    const { pressure } = this.#deps;
    if (pressure.active) {
      this.wait();
      pressure.relief().then(() => this.#keep());
    } else this.#keep();
  }

  failed(cause: Error): void {
    this.#leave();
    if (this.#packet.qos > 0) this.#verdict(this.#deps.notAccepted(this.#client, cause));
    else {
      this.#deps.refused.add();
      this.#verdict(null);
    }
  }

  /** What need not be kept is handed out after the acknowledgement. */
  #keep(): void {
    const stored = this.#site.mustKeep(this.#packet) ? this.#site.distribute(this.#packet, null) : null;
    if (stored) {
      this.wait();
      stored.then(
        () => this.#over(),
        (cause: unknown) => this.failed(cause instanceof Error ? cause : new Error(String(cause))),
      );
    } else this.#over();
  }

  #over(): void {
    this.#leave();
    this.#verdict(null);
  }

  #leave(): void {
    this.#isOver = true;
    if (this.#bytes >= 0) this.#deps.windows.leave(this.#client, this.#bytes);
    this.#bytes = -1;
  }
}
