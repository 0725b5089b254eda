import type { GatewayRuntime } from '../api/handlers/runtime.ts';
import type { Metrics, Sample } from '../base/metrics.ts';
import type { OutboxStreamView } from '../contract/outbox-views.ts';

const one = (value: number): readonly Sample[] => [{ labels: {}, value }];
/** What is not known has no sample, rather than a wrong one. */
const known = (value: number | null): readonly Sample[] => (value === null ? [] : one(value));
const flag = (value: boolean): readonly Sample[] => one(value ? 1 : 0);

/** Figures of each stream of the outbox. */
function publishStreams(metrics: Metrics, runtime: GatewayRuntime): void {
  function perStream(
    name: string,
    type: 'counter' | 'gauge',
    help: string,
    read: (row: OutboxStreamView) => number | null,
  ): void {
    metrics.collect(name, type, help, () =>
      runtime.outbox().flatMap((row) => {
        const value = read(row);
        return value === null ? [] : [{ labels: { stream: row.id }, value }];
      }),
    );
  }
  perStream('gatehouse_outbox_messages', 'gauge', 'Messages that wait in a stream', (row) => row.count);
  perStream('gatehouse_outbox_bytes', 'gauge', 'Payload bytes that wait in a stream', (row) => row.bytes);
  perStream('gatehouse_outbox_oldest_seconds', 'gauge', 'Age of the oldest message in a stream', (row) =>
    row.oldestAgeMs === null ? null : row.oldestAgeMs / 1000,
  );
  perStream(
    'gatehouse_outbox_used_ratio',
    'gauge',
    'How much of its nearest limit a stream uses',
    (row) => row.usedPercent / 100,
  );
  perStream('gatehouse_outbox_drain_seconds', 'gauge', 'Time until a stream is empty, while it shrinks', (row) =>
    row.drainMs === null ? null : row.drainMs / 1000,
  );
  perStream('gatehouse_outbox_appended_total', 'counter', 'Messages committed to a stream', (row) => row.appended);
  perStream('gatehouse_outbox_acknowledged_total', 'counter', 'Messages of a stream acknowledged', (row) => row.acknowledged);
  perStream(
    'gatehouse_outbox_dead_lettered_total',
    'counter',
    'Messages of a stream refused for good',
    (row) => row.deadLettered,
  );
  perStream('gatehouse_outbox_balanced', 'gauge', '1 when the books of a stream balance', (row) => (row.balanced ? 1 : 0));
  perStream(
    'gatehouse_outbox_refused_total',
    'counter',
    'Messages that a stream refused because it was full, repeats included',
    (row) => row.refused,
  );
  metrics.collect('gatehouse_outbox_dropped_total', 'counter', 'Messages of a stream dropped, by reason', () =>
    runtime
      .outbox()
      .flatMap((row) => Object.entries(row.dropped).map(([reason, value]) => ({ labels: { stream: row.id, reason }, value }))),
  );
}

/** Figures of the outbox, the refused messages, the certificates, the disk under it, and the clock. */
export function publishOutboxFigures(metrics: Metrics, runtime: GatewayRuntime): void {
  publishStreams(metrics, runtime);
  const storage = () => runtime.storage();
  const gauge = (name: string, help: string, read: () => readonly Sample[]): void => metrics.collect(name, 'gauge', help, read);

  gauge('gatehouse_dead_letters', 'Refused messages that are kept', () => one(storage().deadLetters.held));
  gauge('gatehouse_dead_letters_bytes', 'Bytes of the refused messages that are kept', () => one(storage().deadLetters.bytes));
  metrics.collect('gatehouse_dead_letters_evicted_total', 'counter', 'Refused messages that went as the list was full', () =>
    one(storage().deadLetters.evicted),
  );
  gauge('gatehouse_certificates', 'Delivery certificates by state', () =>
    (['open', 'complete'] as const).map((state) => ({
      labels: { state },
      value: runtime.certificates().filter((row) => row.state === state).length,
    })),
  );
  gauge('gatehouse_certificates_unbalanced', 'Delivery certificates whose account does not balance', () =>
    one(runtime.certificates().filter((row) => row.state === 'complete' && !row.balanced).length),
  );
  gauge('gatehouse_offline_reserve_seconds', 'How long the line can be down before something is dropped', () => {
    const { hours } = storage().fuel;
    return known(hours === null ? null : hours * 3600);
  });
  gauge('gatehouse_disk_room_short', '1 while the outbox is held at its size for want of room', () => flag(storage().disk.short));
  gauge('gatehouse_disk_room_bytes', 'Room on the disk that is never used', () => one(storage().disk.roomBytes));
  gauge('gatehouse_store_bytes', 'Size of all databases', () => one(storage().disk.storeBytes));
  gauge('gatehouse_store_sound', '1 when the check found the databases sound, 0 when damaged', () => {
    const { state } = storage().check;
    return known(state === 'sound' ? 1 : state === 'damaged' ? 0 : null);
  });
  gauge('gatehouse_salvage_saved_messages', 'Messages saved from a damaged database', () =>
    known(storage().salvage?.salvaged ?? null),
  );
  gauge('gatehouse_salvage_lost_messages', 'Messages lost in a damaged database', () => known(storage().salvage?.lost ?? null));
  gauge('gatehouse_written_today_bytes', 'Bytes written to the disk today (UTC)', () => one(storage().wear.writtenTodayBytes));
  gauge('gatehouse_uplink_in_flight', 'Messages sent and not yet acknowledged', () =>
    storage().destinations.map((row) => ({ labels: { destination: row.id }, value: row.inFlight })),
  );
  gauge('gatehouse_uplink_window', 'Messages that may be in flight', () =>
    storage().destinations.map((row) => ({ labels: { destination: row.id }, value: row.window })),
  );
  gauge('gatehouse_clock_trust', '1 for how far the clock is trusted now', () =>
    (['never', 'holding', 'synced'] as const).map((trust) => ({
      labels: { trust },
      value: storage().time.trust === trust ? 1 : 0,
    })),
  );
  metrics.collect('gatehouse_redated_total', 'counter', 'Messages delivered with a time that was put right', () =>
    one(storage().time.redated),
  );
  gauge('gatehouse_sessions', 'Sessions that the local broker remembers, by presence', () =>
    [true, false].map((here) => ({
      labels: { client: here ? 'connected' : 'away' },
      value: runtime.sessions().filter((row) => row.connected === here).length,
    })),
  );
  gauge('gatehouse_session_queued', 'Messages that wait for clients', () =>
    one(runtime.sessions().reduce((sum, row) => sum + row.queued, 0)),
  );
}
