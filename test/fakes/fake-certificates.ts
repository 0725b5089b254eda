import type { Row } from '../../core/contract/api.ts';
import { isOffline, type Scene } from './fake-outbox-rows.ts';

type Certificate = Row<'certificates'>;

const HOUR = 3_600_000;

function certificate(n: number, from: number, offlineMs: number, more: Partial<Certificate>): Certificate {
  const accepted = Math.round((offlineMs / HOUR) * 3600);
  return {
    id: `gatehouse-demo-${n}`,
    state: 'complete',
    gateway: 'gatehouse-demo',
    site: 'Northern warehouse',
    endpoint: 'mqtts://cloud.example:8883',
    from,
    restoredAt: from + offlineMs,
    to: from + offlineMs + 74_000,
    offlineMs,
    drainMs: 74_000,
    clockTrust: 'synced',
    cause: {
      code: 'cloud/offline',
      message: 'cloud.example:8883 did not answer within 10 s',
      remedy: 'Check the network. Messages wait safely and are sent when the line is back.',
      at: from,
    },
    restarts: 0,
    waitingBefore: 4,
    accepted,
    delivered: accepted + 4,
    deadLettered: 0,
    dropped: {},
    waitingAfter: 0,
    balanced: true,
    highestBacklog: { messages: accepted + 4, bytes: (accepted + 4) * 190 },
    duplicatesPossible: 12,
    sources: [
      { source: 'device:meter', first: 20_001, last: 20_000 + Math.floor(accepted / 2), gaps: [] },
      { source: 'device:cold-store', first: 9_001, last: 9_000 + Math.floor(accepted / 3), gaps: [] },
      { source: 'function:cold-chain-alarm', first: 412, last: 418, gaps: [] },
    ],
    abridged: false,
    hash: '9f2c4ab01d77e3f5a8c6b1d2e4f60718293a4b5c6d7e8f901a2b3c4d5e6f7081',
    ...more,
  };
}

/** Outages of the last weeks: an ordinary one, one with losses, and an open one while the line is down. */
export function certificateRows(now: number, scene: Scene): Certificate[] {
  if (scene === 'empty') return [];
  const lossy = certificate(2, now - 12 * 24 * HOUR, 200 * HOUR, {
    restarts: 2,
    waitingBefore: 0,
    accepted: 720_000,
    delivered: 718_702,
    deadLettered: 12,
    dropped: { expired: 1200, limit: 86 },
    duplicatesPossible: 64,
    highestBacklog: { messages: 718_714, bytes: 136_555_660 },
    clockTrust: 'holding',
    sources: [
      {
        source: 'device:meter',
        first: 1,
        last: 360_000,
        gaps: [
          { source: 'device:meter', first: 1, last: 1200, count: 1200, reason: 'expired', at: now - 5 * 24 * HOUR },
          { source: 'device:meter', first: 90_000, last: 90_010, count: 11, reason: 'cloud/rejected', at: now - 4 * 24 * HOUR },
        ],
      },
      {
        source: 'device:vibration-3',
        first: 20_000,
        last: 379_999,
        gaps: [
          { source: 'device:vibration-3', first: 21_000, last: 21_170, count: 86, reason: 'limit', at: now - 5 * 24 * HOUR },
        ],
      },
    ],
  });
  const done = [certificate(3, now - 3 * 24 * HOUR, 2.5 * HOUR, {}), lossy, certificate(1, now - 40 * 24 * HOUR, 900_000, {})];
  if (!isOffline(scene)) return done;
  const open = certificate(4, now - 48 * HOUR, 48 * HOUR, {
    state: 'open',
    restoredAt: null,
    to: null,
    drainMs: null,
    hash: null,
    delivered: 0,
    waitingAfter: 172_804,
  });
  return [open, ...done];
}
