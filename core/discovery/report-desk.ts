import { GatewayError } from '../base/errors.ts';
import type { Input } from '../contract/api.ts';
import type { Desk } from '../contract/desk.ts';
import type { DiscoveryDeps } from './deps.ts';
import { idOf } from './inbox/sighting.ts';
import { deviceFacts, type ReportFacts } from './report/facts.ts';
import { reportHtml } from './report/html.ts';

const METHODS = ['report.make'] as const;
const TOPICS = [] as const satisfies readonly never[];

/** The site acceptance report: what every device reads now, its limits, who made it and when. */
export function createReportDesk(deps: DiscoveryDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  async function gather(input: Input<'report.make'>): Promise<ReportFacts> {
    const views = deps.deviceViews();
    const missing = input.devices?.find((id) => !views.some((view) => view.id === id));
    if (missing !== undefined) throw new GatewayError('adapter/unknown-device', `There is no device "${missing}".`);
    const chosen = views.filter(({ id }) => input.devices?.includes(id) ?? true);
    const devices = chosen.map((view) => deviceFacts(view, deps.deviceConfig(view.id)));
    const site = deps.documents.site();
    const current = await deps.documents.current();
    const passed = devices.filter(({ judgement }) => judgement === 'passed').length;
    return {
      schema: 'gatehouse-report/1',
      site: site?.site ?? '',
      document: site && current ? { name: site.name, version: current.version } : null,
      gateway: deps.gateway,
      madeAt: deps.clock.now(),
      by: input.by,
      company: input.company,
      note: input.note,
      passed,
      failed: devices.length - passed,
      devices,
    };
  }

  async function pdfOf(html: string): Promise<string> {
    if (!deps.print) {
      throw new GatewayError('api/not-available', 'Only the window of the gateway itself can make a PDF.', {
        remedy: 'Open the report as a page and let the browser print it.',
      });
    }
    return Buffer.from(await deps.print(html)).toString('base64');
  }

  return {
    calls: {
      async 'report.make'(input) {
        const facts = await gather(input);
        const day = new Date(facts.madeAt).toISOString().slice(0, 10);
        const name = `acceptance-${idOf(facts.site, 'site')}-${day}.${input.format}`;
        deps.log.info('report.made', { name, by: input.by, devices: facts.devices.length });
        if (input.format === 'json') return { name, text: `${JSON.stringify(facts, null, 2)}\n` };
        const html = reportHtml(facts);
        return { name, text: input.format === 'pdf' ? await pdfOf(html) : html };
      },
    },
    views: {},
  };
}
