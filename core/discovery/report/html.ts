import type { ReportDevice, ReportFacts, ReportPoint } from './facts.ts';
import { REPORT_STYLE } from './style.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as text, whatever a device or a person has put into it; control characters have no place in a page. */
export const escapeHtml = (text: string): string =>
  text.replace(/(?!\n)\p{Cc}/gu, '').replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? '');

/** `2026-11-23 07:50 UTC`: the same in every place where the report is read. */
export const timeText = (at: number | null): string =>
  at === null ? 'never' : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const NE107 = {
  ok: ['OK', 'no fault'],
  maintenance: ['M', 'maintenance required'],
  'out-of-spec': ['S', 'out of specification'],
  'function-check': ['C', 'function check'],
  failure: ['F', 'failure'],
} as const;

function valueText({ value, decimals, unit }: ReportPoint): string {
  if (value === null) return 'no value';
  const plain = typeof value === 'number' && decimals !== null ? value.toFixed(decimals) : String(value);
  return unit === '' ? plain : `${plain} ${unit}`;
}

function limitsText({ limits, unit }: ReportPoint): string {
  if (!limits) return 'none';
  const { lowLow, low, high, highHigh } = limits;
  const parts = [
    ['LL', lowLow],
    ['L', low],
    ['H', high],
    ['HH', highHigh],
  ] as const;
  const known = parts.flatMap(([name, limit]) => (limit === null ? [] : [`${name} ${limit}`]));
  return known.length === 0 ? 'none' : `${known.join(', ')}${unit === '' ? '' : ` ${unit}`}`;
}

const cell = (text: string, kind = ''): string => `<td${kind === '' ? '' : ` class="${kind}"`}>${escapeHtml(text)}</td>`;
const mark = (judgement: 'passed' | 'failed'): string =>
  judgement === 'passed' ? '<span class="pass">✓ passed</span>' : '<span class="fail">✗ failed</span>';

function pointRow(point: ReportPoint): string {
  const quality = point.judgement === 'passed' ? point.quality : `${point.quality}: ${point.why}`;
  const cells = [
    cell(point.label),
    cell(valueText(point), 'number'),
    cell(quality),
    cell(timeText(point.at)),
    cell(limitsText(point)),
    `<td>${mark(point.judgement)}</td>`,
  ];
  return `<tr>${cells.join('')}</tr>`;
}

function pairs(rows: readonly (readonly [string, string])[]): string {
  return rows
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`)
    .join('');
}

function deviceSection(device: ReportDevice): string {
  const [letter, words] = NE107[device.ne107];
  const errors = Object.entries(device.errors).map(([code, count]) => `${code}: ${count}`);
  const facts = pairs([
    ['Connection', device.connection],
    ['Place', device.location],
    ['Identity', device.identity],
    ['Profile', device.profile],
    ['State (NE 107)', `${letter}, ${words}${device.ne107Why === '' ? '' : `: ${device.ne107Why}`}`],
    ['Last heard', timeText(device.lastSeenAt)],
    ['Readings since the start', String(device.readings)],
    ['Faults since the start', errors.length === 0 ? 'none' : errors.join(', ')],
  ]);
  const head = ['Point', 'Value', 'Quality', 'Read at', 'Limits', 'Result']
    .map((name) => `<th scope="col">${name}</th>`)
    .join('');
  return `<section><h2>${escapeHtml(device.name)} <small>${escapeHtml(device.id)}</small> ${mark(device.judgement)}</h2>
<dl>${facts}</dl>
<table><thead><tr>${head}</tr></thead><tbody>${device.points.map(pointRow).join('\n')}</tbody></table></section>`;
}

const signature = (role: string, name: string): string =>
  `<div class="sign"><p>${escapeHtml(name) || '&nbsp;'}</p><p class="line">${role}: name, date, signature</p></div>`;

/** The report as one page that needs nothing else, for the screen and for paper. No scripts; every text in it is escaped. */
export function reportHtml(facts: ReportFacts): string {
  const { site, document, gateway, madeAt, by, company, note, passed, failed, devices } = facts;
  const title = `Site acceptance report: ${site}`;
  const all = passed + failed === 1 ? '1 device' : `${passed + failed} devices`;
  const about = pairs([
    ['Site', site],
    ['Company', company],
    ['Made by', by],
    ['Made at', timeText(madeAt)],
    ['Deployment', document ? `${document.name}, version ${document.version}` : 'none'],
    ['Gateway', `${gateway.name}, Gatehouse ${gateway.version}`],
  ]);
  const result = passed + failed === 0 ? 'There are no devices.' : `${passed} of ${all} passed, ${failed} failed.`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${REPORT_STYLE}</style></head>
<body><header><h1>${escapeHtml(title)}</h1><dl>${about}</dl>
<p class="result">${escapeHtml(result)}</p>${note === '' ? '' : `<p class="note">${escapeHtml(note)}</p>`}</header>
<main>${devices.map(deviceSection).join('\n')}</main>
<footer>${signature('For the installer', by)}${signature('For the owner', '')}</footer></body></html>
`;
}
