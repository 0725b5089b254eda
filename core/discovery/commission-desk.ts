import { refuseForAll } from '../adapters/modbus/for-all.ts';
import { framingOf } from '../adapters/modbus/line-timing.ts';
import { GatewayError } from '../base/errors.ts';
import type { Input, Output } from '../contract/api.ts';
import type { Draft, TryView } from '../contract/commission-views.ts';
import type { Caller, Desk } from '../contract/desk.ts';
import { Device, type DeviceConfig, isModbus } from '../contract/document/devices.ts';
import type { LinkConfig } from '../contract/document/links.ts';
import { schemaFaults, WORDING } from '../contract/schema-faults.ts';
import { editInBackground } from '../deploy/background-edit.ts';
import { pathText } from '../deploy/document-path.ts';
import { identified } from './commission/identified.ts';
import { keepKey } from './commission/keep-key.ts';
import { makeDraft } from './commission/make-draft.ts';
import { routesOf } from './commission/routes.ts';
import { tryKey } from './commission/try-key.ts';
import { createTryRun, type TryRun } from './commission/try-run.ts';
import type { DiscoveryDeps, HeldSession } from './deps.ts';
import { createLiveRows } from './live-rows.ts';
import { lineName } from './modbus/line-words.ts';

const METHODS = [
  'commission.draft',
  'commission.check',
  'commission.key',
  'commission.try',
  'commission.try-end',
  'commission.save',
] as const;
const TOPICS = ['tries'] as const;

function parseDevice(draft: Draft): DeviceConfig {
  const parsed = Device.safeParse(draft, WORDING);
  if (parsed.success) return parsed.data;
  const faults = schemaFaults(parsed.error).map(({ path, message }) => `${pathText(path)}: ${message}.`);
  throw new GatewayError('document/invalid', `The device cannot run like this:\n${faults.join('\n')}`, {
    details: { faults: faults.length },
  });
}

const linkOf = (device: DeviceConfig): LinkConfig | null => ('link' in device ? device.link : null);

/**
 * From what was found to a device of the document: a draft, a test run on a line that is taken for it, a check against the document that
 * runs, and a new version of it.
 */
export function createCommissionDesk(deps: DiscoveryDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  const { documents, lines, sessions } = deps;
  const runs = createLiveRows<TryRun>();

  /** The text of the document with the draft in it. */
  async function edited(draft: Draft, replaces: string | null, to: { history: boolean; cloud: boolean }): Promise<string> {
    const current = await documents.current();
    const subscriptions = routesOf(documents.site(), String(draft['id'] ?? ''), to);
    const before = documents.site()?.devices.find(({ id }) => id === replaces) ?? null;
    const device = identified(draft, await deps.neighbours.read());
    return await editInBackground(current?.text ?? null, { device, replaces, before, subscriptions });
  }

  /** What is taken: the line, and of Bluetooth the connection. Who is only listened to is heard by everybody. */
  function keyOf(device: DeviceConfig): string | null {
    const link = linkOf(device);
    if (link) return lines.keyOf(link, device.id);
    return device.adapter === 'ble' && device.mode === 'gatt' ? `ble:${device.address}` : null;
  }
  function lineOf(device: DeviceConfig): string {
    const link = linkOf(device);
    if (link) return lineName(link);
    return device.adapter === 'ble' ? device.address : device.adapter;
  }
  function begin(session: HeldSession, device: DeviceConfig, bindKey: string | undefined): void {
    const services = bindKey === undefined ? deps.services : { ...deps.services, bindKey: async () => bindKey };
    const run = createTryRun({ ...deps, services }, session, device);
    runs.begin(session, run, run.run(session.signal));
  }
  async function tryOut(input: Input<'commission.try'>, signal: AbortSignal, caller: Caller): Promise<Output<'commission.try'>> {
    const device = parseDevice(input.draft);
    if (isModbus(device)) refuseForAll(framingOf(device.adapter), device.unit);
    const opening = {
      tool: 'try' as const,
      line: lineOf(device),
      link: linkOf(device),
      key: keyOf(device),
      by: input.by,
      caller,
    };
    const session = await sessions.open(opening, signal);
    begin(session, device, input.bindKey);
    return { session: session.id };
  }

  return {
    calls: {
      'commission.draft': async (input) => ({ draft: makeDraft(input, deps, documents.site()?.devices ?? []) }),
      async 'commission.check'({ draft, replaces, to }) {
        const { ok, faults, changes } = await documents.check(await edited(draft, replaces, to));
        return { ok, faults: [...faults], changes: [...changes] };
      },
      'commission.key': async (input, signal) => ({ facts: [...(await tryKey(deps, input, signal))] }),
      'commission.try': tryOut,
      async 'commission.try-end'({ session }, _signal, caller) {
        await sessions.of(session, caller, 'try').end();
        return null;
      },
      async 'commission.save'({ draft, bindKey, replaces, to, basedOn, by, note }) {
        const text = await edited(draft, replaces, to);
        const putBack = bindKey === undefined ? async () => {} : await keepKey(deps.secrets, draft, bindKey);
        const version = await documents.apply(text, { by, note, basedOn }).catch(async (cause: unknown) => {
          await putBack();
          throw cause;
        });
        deps.log.info('commission.saved', {
          message: `${String(draft['name'])} was commissioned.`,
          device: String(draft['id']),
          version,
          by,
        });
        return { version };
      },
    },
    views: {
      tries: {
        kind: 'table',
        rows: ({ session }): readonly TryView[] => runs.look(session).map((run) => run.view()),
        attend: ({ session }, caller) => sessions.attend(session, caller),
      },
    },
  };
}
