import type { Clock } from '../../base/clock.ts';
import type { GatewayError } from '../../base/errors.ts';
import type { Metrics } from '../../base/metrics.ts';
import type { FaultView } from '../../contract/views.ts';
import type { Tracer } from '../../router/tracer.ts';
import type { Parcel } from './parcels.ts';

/** What the uplink has done since its start, in messages of the spool: counted, and told to whoever follows a single message. */
export interface Tally {
  sent(parcel: Parcel): void;
  acknowledged(parcel: Parcel): void;
  /** In flight when the line broke: the cloud may have it all the same. */
  unsure(parcel: Parcel): void;
  buried(count: number): void;
  fault(fault: GatewayError): void;
  figures(): {
    readonly sent: number;
    readonly acknowledged: number;
    readonly duplicatesPossible: number;
    readonly rejected: number;
    readonly lastError: FaultView | null;
  };
}

export function createTally(deps: { readonly clock: Clock; readonly metrics: Metrics; readonly tracer: Tracer }): Tally {
  const { clock, metrics, tracer } = deps;
  const sent = metrics.counter('gatehouse_uplink_sent_total', 'Messages sent to the cloud, repetitions included');
  const acknowledged = metrics.counter('gatehouse_uplink_acknowledged_total', 'Messages acknowledged by the cloud');
  const rejected = metrics.counter('gatehouse_uplink_rejected_total', 'Messages refused by the cloud for good');
  const duplicates = metrics.counter('gatehouse_uplink_duplicates_possible_total', 'Messages in flight when the line broke');
  let lastError: FaultView | null = null;
  function traced({ entries }: Parcel, kind: 'sent' | 'acknowledged'): void {
    for (const { id, message } of entries) {
      if (message.traceId === undefined) continue;
      tracer.hop(message.traceId, kind, 'cloud', kind === 'sent' ? `spool ${id}, ${message.topic}` : `spool ${id}`);
    }
  }
  return {
    sent(parcel) {
      sent.add(parcel.entries.length);
      traced(parcel, 'sent');
    },
    acknowledged(parcel) {
      acknowledged.add(parcel.entries.length);
      traced(parcel, 'acknowledged');
    },
    unsure: ({ entries }) => duplicates.add(entries.length),
    buried: (count) => rejected.add(count),
    fault({ code, message, remedy }) {
      lastError = { code, message, remedy, at: clock.now() };
    },
    figures: () => ({
      sent: sent.value,
      acknowledged: acknowledged.value,
      duplicatesPossible: duplicates.value,
      rejected: rejected.value,
      lastError,
    }),
  };
}
