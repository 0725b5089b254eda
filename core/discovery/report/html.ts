import type { Judgement, ReportFacts } from './facts.ts';
import { REPORT_STYLE } from './style.ts';
import { COLUMNS, type DeviceWords, type Fact, NO_POINTS, type PointWords, type ReportWords, reportWords } from './words.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as text, whatever a device or a person has put into it; control characters have no place in a page. */
export const escapeHtml = (text: string): string =>
  text.replace(/(?!\n)\p{Cc}/gu, '').replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? '');

const CELL_KINDS = ['', 'number', '', '', 'number', ''] as const;
const mark = (judgement: Judgement, text: string): string =>
  `<span class="${judgement === 'passed' ? 'pass' : 'fail'}">${escapeHtml(text)}</span>`;

function pointRow({ cells, judgement }: PointWords): string {
  const last = cells.length - 1;
  const all = cells.map((text, i) => {
    if (i === last) return `<td>${mark(judgement, text)}</td>`;
    const kind = CELL_KINDS[i] ?? '';
    return `<td${kind === '' ? '' : ` class="${kind}"`}>${escapeHtml(text)}</td>`;
  });
  return `<tr>${all.join('')}</tr>`;
}

const pairs = (facts: readonly Fact[]): string =>
  facts.map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`).join('');

const HEAD = COLUMNS.map((name) => `<th scope="col">${name}</th>`).join('');

function deviceSection({ id, name, judgement, verdict, facts, points }: DeviceWords): string {
  const table =
    points.length === 0
      ? `<p>${NO_POINTS}</p>`
      : `<table><thead><tr>${HEAD}</tr></thead><tbody>${points.map(pointRow).join('\n')}</tbody></table>`;
  return `<section><h2>${escapeHtml(name)} <small>${escapeHtml(id)}</small> ${mark(judgement, verdict)}</h2>
<dl>${pairs(facts)}</dl>
${table}</section>`;
}

const signature = ({ line, name }: ReportWords['signatures'][number]): string =>
  `<div class="sign"><p>${escapeHtml(name) || '&nbsp;'}</p><p class="line">${line}</p></div>`;

/** The report as one page that needs nothing else, for the screen and for paper. No scripts; every text in it is escaped. */
export function reportHtml(facts: ReportFacts): string {
  const { title, about, result, note, devices, signatures } = reportWords(facts);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${REPORT_STYLE}</style></head>
<body><header><h1>${escapeHtml(title)}</h1><dl>${pairs(about)}</dl>
<p class="result">${escapeHtml(result)}</p>${note === '' ? '' : `<p class="note">${escapeHtml(note)}</p>`}</header>
<main>${devices.map(deviceSection).join('\n')}</main>
<footer>${signatures.map(signature).join('')}</footer></body></html>
`;
}
