import type { FoundView, GuessView } from '../../../../core/contract/commission-views.ts';
import type { LinkConfig } from '../../../../core/contract/document/links.ts';
import type { Adding } from '../../../stores/adding.ts';
import { isModbus, type Step } from './use-adding.ts';

const KINDS: readonly string[] = ['serial', 'tcp', 'rfc2217', 'simulated'];

/** The link of a guess; null where it has none. The core made it, so its shape needs no second check here. */
function linkOf(guess: GuessView): LinkConfig | null {
  const link = guess.draft['link'];
  if (typeof link !== 'object' || link === null || Array.isArray(link)) return null;
  const kind = link['kind'];
  return typeof kind === 'string' && KINDS.includes(kind) ? (link as LinkConfig) : null;
}

/** What is known when a person touches "Add": enough for the step that comes next. */
export function beginFound(found: FoundView, at: number): { known: Partial<Adding>; step: Step } {
  if (found.moved) return { known: { title: found.title, found: found.id, replaces: found.device }, step: 'name' };
  const guess = found.guesses[at];
  const base = { title: found.title, found: found.id };
  if (!guess) return { known: base, step: 'where' };
  const unit = guess.draft['unit'];
  const known: Partial<Adding> = {
    ...base,
    guess: at,
    profile: guess.profile,
    adapter: guess.adapter,
    link: linkOf(guess),
    unit: typeof unit === 'number' ? unit : 1,
  };
  if (guess.profile !== null || !isModbus(guess.adapter)) return { known, step: 'name' };
  return { known, step: found.kind === 'port' ? 'scan' : 'decode' };
}
