import { byteSize, duration } from '../../base/words.ts';
import type { CertificateView } from '../../contract/outbox-views.ts';
import { reasonWords } from '../../contract/outbox-words.ts';
import { droppedSum, HASH_WORDS, hashFits, number, trustWords, utc, verdict } from './certificate-words.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const plain = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

type Row = readonly [label: string, value: string];

const facts = (rows: readonly Row[]): string =>
  `<table class="facts">${rows.map(([label, value]) => `<tr><th scope="row">${plain(label)}</th><td>${plain(value)}</td></tr>`).join('')}</table>`;

function grid(head: readonly string[], rows: readonly (readonly string[])[], numeric: readonly number[]): string {
  const cell = (tag: 'th' | 'td', text: string, at: number): string =>
    `<${tag}${tag === 'th' ? ' scope="col"' : ''}${numeric.includes(at) ? ' class="n"' : ''}>${plain(text)}</${tag}>`;
  const line = (tag: 'th' | 'td', cells: readonly string[]): string =>
    `<tr>${cells.map((text, at) => cell(tag, text, at)).join('')}</tr>`;
  return `<table class="grid"><thead>${line('th', head)}</thead><tbody>${rows.map((row) => line('td', row)).join('')}</tbody></table>`;
}

function outage(one: CertificateView): string {
  const cause = one.cause === null ? 'not known' : `${one.cause.message} (${one.cause.code})`;
  return facts([
    ['Line lost', utc(one.from)],
    ['Line back', utc(one.restoredAt)],
    ['Backlog delivered', utc(one.to)],
    ['Offline for', duration(one.offlineMs)],
    ['Time to deliver the backlog', one.drainMs === null ? 'not yet' : duration(one.drainMs)],
    ['Cause', cause],
    ['Highest backlog', `${number(one.highestBacklog.messages)} messages, ${byteSize(one.highestBacklog.bytes)}`],
    ['Gateway restarted meanwhile', one.restarts === 0 ? 'no' : one.restarts === 1 ? 'once' : `${number(one.restarts)} times`],
    ['Times', trustWords(one.clockTrust)],
  ]);
}

function account(one: CertificateView): string {
  const dropped = Object.entries(one.dropped).filter(([, count]) => count > 0);
  const rows: readonly (readonly [string, string])[] = [
    ['Waiting when the line was lost', number(one.waitingBefore)],
    ['Accepted since', `+ ${number(one.accepted)}`],
    ['Delivered and acknowledged', `− ${number(one.delivered)}`],
    ['Refused by the far end for good (kept as dead letters)', `− ${number(one.deadLettered)}`],
    ...dropped.map(([reason, count]) => [`Not delivered: ${reasonWords(reason)}`, `− ${number(count)}`] as const),
    ['Still waiting', `− ${number(one.waitingAfter)}`],
  ];
  const rest = one.waitingBefore + one.accepted - one.delivered - one.deadLettered - droppedSum(one) - one.waitingAfter;
  const sum = `${number(rest)}: the account ${one.balanced ? 'balances' : 'does not balance'}`;
  return grid(['Messages', ''], [...rows, ['Unexplained', sum]], [1]);
}

function ranges(one: CertificateView): string {
  if (one.sources.length === 0) return '<p>No message was accepted during this outage.</p>';
  const missing = (gaps: CertificateView['sources'][number]['gaps']): number => gaps.reduce((sum, gap) => sum + gap.count, 0);
  const rows = one.sources.map((source) => [
    source.source,
    number(source.first),
    number(source.last),
    number(source.last - source.first + 1 - missing(source.gaps)),
    number(missing(source.gaps)),
  ]);
  const gaps = one.sources.flatMap((source) =>
    source.gaps.map((gap) => [
      gap.source,
      gap.first === gap.last ? number(gap.first) : `${number(gap.first)} – ${number(gap.last)}`,
      number(gap.count),
      reasonWords(gap.reason),
      utc(gap.at),
    ]),
  );
  const parts = [grid(['Source', 'First number', 'Last number', 'Delivered', 'Not delivered'], rows, [1, 2, 3, 4])];
  if (gaps.length > 0)
    parts.push('<h3>Numbers that were not delivered</h3>', grid(['Source', 'Numbers', 'Count', 'Reason', 'When'], gaps, [2]));
  if (one.abridged)
    parts.push('<p>There were more sources or gaps than are listed here; all of them are in the counts above.</p>');
  return parts.join('');
}

const STYLE = `
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0 auto;padding:12mm;max-width:210mm;background:#fff;color:#1a1a1a;font:10.5pt/1.45 system-ui,"Segoe UI",Roboto,Arial,sans-serif}
h1{font-size:20pt;margin:0}
h2{font-size:12.5pt;margin:7mm 0 2mm;border-bottom:1px solid #1a1a1a}
h3{font-size:10.5pt;margin:4mm 0 1mm}
header p{margin:1mm 0 0;color:#444}
.verdict{margin:5mm 0 0;padding:3mm 4mm;border:1.5px solid #1a1a1a;font-size:12pt;font-weight:600}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:1mm 2mm 1mm 0;overflow-wrap:anywhere}
.facts th{width:58mm;font-weight:400;color:#444}
.grid thead th{border-bottom:1px solid #888;font-weight:600}
.grid tbody td{border-bottom:1px solid #ddd}
.grid tbody tr{break-inside:avoid}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
code{font:9pt/1.4 ui-monospace,Consolas,monospace;overflow-wrap:anywhere}
thead{display:table-header-group}
@page{size:A4;margin:14mm}
@media print{body{padding:0;max-width:none}h2{break-after:avoid}}
`;

/** One page for the customer. Needs no other file and loads nothing; all text is escaped. */
export function certificateHtml(one: CertificateView): string {
  const duplicates =
    one.duplicatesPossible === 0
      ? 'No message was sent twice.'
      : `Up to ${number(one.duplicatesPossible)} messages may have been delivered twice; both carry the same message id.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Delivery certificate ${plain(one.id)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Delivery certificate</h1>
<p>Number ${plain(one.id)}${one.state === 'open' ? ' (preliminary)' : ''}</p>
</header>
<p class="verdict">${plain(verdict(one))}</p>
<h2>Where</h2>
${facts([
  ['Site', one.site === '' ? '(no name)' : one.site],
  ['Gateway', one.gateway],
  ['Delivered to', one.endpoint],
])}
<h2>The outage</h2>
${outage(one)}
<h2>The account</h2>
${account(one)}
<p>${plain(duplicates)}</p>
<h2>Numbers by source</h2>
<p>Every message to the cloud has a number that counts up without a gap for its source. This certificate answers for these numbers.</p>
${ranges(one)}
<h2>Seal</h2>
<p>${plain(HASH_WORDS)}</p>
<p><code>${one.hash === null ? 'Made when the outage is over.' : plain(one.hash)}</code></p>
${hashFits(one) === false ? '<p><strong>This hash does not belong to the numbers above: the certificate was changed after it was made.</strong></p>' : ''}
</body>
</html>
`;
}
