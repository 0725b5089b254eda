import type { ReportFacts } from './facts.ts';
import { reportHtml } from './html.ts';

/** The report in a format that is text. */
export const textReport = (format: 'html' | 'json', facts: ReportFacts): string =>
  format === 'html' ? reportHtml(facts) : `${JSON.stringify(facts, null, 2)}\n`;
