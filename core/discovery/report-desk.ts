import { GatewayError } from '../base/errors.ts';
import type { Input } from '../contract/api.ts';
import type { Desk } from '../contract/desk.ts';
import type { DiscoveryDeps } from './deps.ts';
import { idOf } from './inbox/sighting.ts';
import { deviceFacts, type ReportFacts } from './report/facts.ts';
import { createReportPress, type ReportPress } from './report/report-press.ts';

const METHODS = ['report.make'] as const;
const TOPICS = [] as const satisfies readonly never[];

/** `acceptance-pump-house-2026-11-23.pdf`. With the time for files that lie beside each other. */
function fileName({ site, madeAt }: ReportFacts, format: string, withTime: boolean): string {
  const [day = '', time = ''] = new Date(madeAt).toISOString().split(/[T.]/);
  return `acceptance-${idOf(site, 'site')}-${day}${withTime ? `-${time.replaceAll(':', '')}` : ''}.${format}`;
}

/** The site acceptance report: what every device reads now, its limits, who made it and when. */
export function createReportDesk(
  deps: DiscoveryDeps,
  press: ReportPress = createReportPress(deps.clock),
): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  async function gather(input: Input<'report.make'>): Promise<ReportFacts> {
    const views = deps.deviceViews();
    const wanted = input.devices && new Set(input.devices);
    const chosen = views.filter(({ id }) => wanted?.delete(id) ?? true);
    for (const id of wanted ?? []) throw new GatewayError('adapter/unknown-device', `There is no device "${id}".`);
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

  return {
    calls: {
      async 'report.make'(input, signal) {
        const { format, by, keep = false } = input;
        const facts = await gather(input);
        const name = fileName(facts, format, keep);
        const began = deps.clock.monotonic();
        const bytes = await press.make(format, facts, signal);
        const path = keep ? await deps.keepReport(name, bytes) : null;
        const ms = Math.round(deps.clock.monotonic() - began);
        deps.log.info('report.made', { name, by, devices: facts.devices.length, bytes: bytes.length, ms, path });
        return { name, text: keep ? '' : Buffer.from(bytes).toString(format === 'pdf' ? 'base64' : 'utf8'), path };
      },
    },
    views: {},
  };
}
