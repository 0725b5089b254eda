import type { CloudStatus } from '../cloud/cloud-link.ts';
import type { UplinkStats } from '../cloud/uplink.ts';
import type { StorageView } from '../contract/outbox-views.ts';
import { DESTINATION } from './outbox-view.ts';

type Row = StorageView['destinations'][number];

/**
 * Where the outbox leads. What the line says counts while it is down; while it is up, what went wrong last with a message.
 * `rate`: the line's token bucket; without a limit there is none to show.
 */
export function destinationRow(status: CloudStatus, uplink: UplinkStats | null, rate: NonNullable<Row['rate']> | null): Row {
  const { state, since, endpoint } = status;
  const refused = uplink?.lastError ?? null;
  return {
    id: DESTINATION,
    state,
    since,
    endpoint,
    lastError: state === 'connected' ? (refused ?? status.lastError) : (status.lastError ?? refused),
    inFlight: uplink?.inFlight ?? 0,
    window: uplink?.window ?? 0,
    rate: rate === null || (rate.messagesPerS === null && rate.bytesPerS === null) ? null : rate,
    duplicatesPossible: uplink?.duplicatesPossible ?? 0,
  };
}
