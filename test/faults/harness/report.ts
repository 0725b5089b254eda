import type { EpisodeResult } from './episode.ts';
import { EPISODE_TEXT } from './plan.ts';
import { type RunResult, sound } from './run.ts';
import type { Tally } from './verdict.ts';

const COLUMNS: readonly (readonly [keyof Tally, string])[] = [
  ['acknowledged', 'acknowledged'],
  ['received', 'received'],
  ['distinct', 'distinct'],
  ['duplicates', 'duplicates'],
  ['offeredTwice', 'offered twice by a client'],
  ['refused', 'refused for good'],
  ['late', 'late after declining'],
  ['outOfOrder', 'out of order'],
  ['lost', 'lost'],
];

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] => [
  row(head),
  row(head.map(() => '---')),
  ...rows.map(row),
];
const seconds = (ms: number): string => (ms / 1000).toFixed(1);

/** Counts of all episodes by key, most first. */
function sums(maps: readonly ReadonlyMap<string, number>[]): (readonly [string, number])[] {
  const all = new Map<string, number>();
  for (const map of maps) for (const [key, value] of map) all.set(key, (all.get(key) ?? 0) + value);
  return [...all].sort(([, a], [, b]) => b - a);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Episodes of one name as one line: those with damaged pages are many and short. */
function grouped(episodes: readonly EpisodeResult[]): { title: string; count: number; tally: Tally }[] {
  const groups = new Map<string, { title: string; count: number; tally: Tally }>();
  for (const { name, verdict } of episodes) {
    const group = groups.get(name);
    if (!group) groups.set(name, { title: EPISODE_TEXT[name], count: 1, tally: { ...verdict.tally } });
    else {
      group.count += 1;
      for (const [key] of COLUMNS) group.tally[key] += verdict.tally[key];
    }
  }
  return [...groups.values()];
}

export const totalKills = ({ episodes }: RunResult): number =>
  sums(episodes.map((one) => one.killsByPhase))
    .filter(([phase]) => phase !== 'end')
    .reduce((sum, [, count]) => sum + count, 0);

function findingLines({ episodes, broken }: RunResult): string[] {
  const lines = episodes.flatMap(({ name, verdict, folder }) => {
    if (verdict.findings.length === 0) return [];
    const counts = Object.entries(verdict.counts).map(([kind, count]) => `${kind} ${count}`);
    return [
      `- ${EPISODE_TEXT[name]}: ${counts.join(', ')}${folder === null ? '' : ` (files kept in ${folder})`}`,
      ...verdict.findings.map(({ kind, text }) => `  - ${kind}: ${text.replaceAll('\n', ' ')}`),
    ];
  });
  return [...broken.map((text) => `- broken off: ${text}`), ...lines];
}

/** What damage cost, and what the gateway says of it. */
function damageLines(episodes: readonly EpisodeResult[]): string[] {
  const runs = episodes.filter((one) => one.name === 'pages');
  if (runs.length === 0) return [];
  const rows = runs.map(({ injected, verdict: { tally }, owned }) => [
    [...injected.keys()].join(', '),
    tally.acknowledged,
    tally.lost,
    tally.missing,
    owned?.lost ?? 'not said',
    owned?.exact === true ? 'yes' : 'no',
  ]);
  const head = ['damage', 'acknowledged', 'of these lost', 'custody numbers missing', 'lost as the gateway says', 'exact'];
  return ['', '## Damage', ...table(head, rows)];
}

/** The verdict in a word or two. */
const outcome = (run: RunResult): string =>
  sound(run) ? (run.partial ? 'STOPPED BEFORE THE END; nothing found so far' : 'PASSED') : 'FAILED';

/** The verdict in a few lines, for the terminal. */
export function shortReport(run: RunResult): string {
  const totals = grouped(run.episodes).map((one) => one.tally);
  const sum = (key: keyof Tally): number => totals.reduce((all, one) => all + one[key], 0);
  const starts = run.episodes.flatMap((one) => one.startsMs);
  const allowed = run.episodes.filter((one) => one.name === 'pages').reduce((all, one) => all + one.verdict.tally.lost, 0);
  return [
    `${outcome(run)} with seed ${run.options.seed} in ${seconds(run.tookMs)} s: ${totalKills(run)} kills`,
    `acknowledged ${sum('acknowledged')}, received ${sum('received')}, duplicates ${sum('duplicates')} (all with equal ids)`,
    `lost ${sum('lost') - allowed}, out of order ${sum('outOfOrder')}; lost and owned up to after damage: ${allowed}`,
    `start after a kill: median ${Math.round(percentile(starts, 0.5))} ms, worst ${Math.round(Math.max(0, ...starts))} ms`,
    ...run.skipped.map(({ what, why }) => `skipped: ${what} (${why})`),
    ...findingLines(run),
  ].join('\n');
}

/** The whole report as Markdown. */
export function reportText(run: RunResult, plan: readonly string[]): string {
  const { episodes, options, skipped } = run;
  const starts = episodes.flatMap((one) => one.startsMs);
  const findings = findingLines(run);
  const longest = (key: 'clients' | 'farEnd'): string => seconds(Math.max(0, ...episodes.map((one) => one.silentMs[key])));
  const command = 'kills' in options.budget ? `--kills ${options.budget.kills}` : `--minutes ${options.budget.minutes}`;
  return `${[
    '# Faults',
    '',
    `**${outcome(run)}.** Seed ${options.seed}, ${totalKills(run)} kills, ${seconds(run.tookMs)} s. Again: \`npm run faults -- ${command} --seed ${options.seed} --faults ${[...options.faults].join(',')}\``,
    '',
    ...(run.partial ? ['This report is partial: the run was stopped, and not all that was asked for was tried.', ''] : []),
    '## Messages',
    ...table(
      ['site', 'runs', ...COLUMNS.map(([, title]) => title)],
      grouped(episodes).map(({ title, count, tally }) => [title, count, ...COLUMNS.map(([key]) => tally[key])]),
    ),
    '',
    'Duplicates are repeats of one id with equal bytes. Where a database was damaged loss is allowed, but not more than the gateway owns up to.',
    '',
    '## Findings',
    ...(findings.length > 0 ? findings : ['None.']),
    ...damageLines(episodes),
    '',
    '## Faults injected',
    ...table(['fault', 'times'], sums(episodes.map((one) => one.injected))),
    '',
    '## Kills by what the gateway was doing',
    ...table(
      ['moment', 'kills'],
      sums(episodes.map((one) => one.killsByPhase)).filter(([phase]) => phase !== 'end'),
    ),
    '',
    '## Times',
    `- Start after a kill: median ${Math.round(percentile(starts, 0.5))} ms, 95 % below ${Math.round(percentile(starts, 0.95))} ms, worst ${Math.round(Math.max(0, ...starts))} ms (${starts.length} starts).`,
    `- Longest time in which no client was acknowledged: ${longest('clients')} s; in which nothing arrived: ${longest('farEnd')} s.`,
    '',
    '## Skipped',
    ...(skipped.length > 0 ? skipped.map(({ what, why }) => `- ${what}: ${why}`) : ['Nothing.']),
    '',
    '## Plan',
    '```',
    ...plan,
    '```',
  ].join('\n')}\n`;
}
