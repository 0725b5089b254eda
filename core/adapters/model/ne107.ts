import { NE107_STATES, type Ne107 } from '../../contract/document/points.ts';
import type { DeviceView } from '../../contract/views.ts';

/** One thing that says something of a device's state. */
export interface Sign {
  readonly state: Ne107;
  readonly why: string;
}

export interface Evidence {
  readonly health: DeviceView['health'];
  /** A tool that has its line. */
  readonly pausedBy: string | null;
  /** It is expected to speak by itself or when it is asked; false for a scanner. */
  readonly speaks: boolean;
  /** What is wrong with it, in words; empty where nothing is known. */
  readonly trouble: string;
  /** What its points say: limits, status values, batteries. */
  readonly signs: readonly Sign[];
}

const SHOWN = 3;

function ofDevice({ health, pausedBy, speaks, trouble }: Evidence): Sign | undefined {
  if (pausedBy !== null) return { state: 'function-check', why: `${pausedBy} uses its line` };
  switch (health) {
    case 'offline':
      return { state: 'failure', why: trouble || 'There is no connection to it' };
    case 'paused':
      return { state: 'function-check', why: 'It is switched off in the deployment document' };
    case 'starting':
      return speaks ? { state: 'function-check', why: 'No reading has come yet' } : undefined;
    case 'degraded':
      return { state: 'out-of-spec', why: trouble || 'Some of its readings are bad' };
    case 'ok':
      return undefined;
  }
}

/** The state of a device in terms of NAMUR NE 107: the worst that holds, and what says so. */
export function ne107Of(evidence: Evidence): Sign {
  const own = ofDevice(evidence);
  const all = [...(own ? [own] : []), ...evidence.signs];
  const worst = NE107_STATES.find((state) => all.some((sign) => sign.state === state)) ?? 'ok';
  if (worst === 'ok') return { state: 'ok', why: '' };
  const whys = all.filter(({ state }) => state === worst).map(({ why }) => why);
  const more = whys.length > SHOWN ? `; and ${whys.length - SHOWN} more` : '';
  return { state: worst, why: whys.slice(0, SHOWN).join('; ') + more };
}
