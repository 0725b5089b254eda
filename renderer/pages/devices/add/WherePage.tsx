import { type ReactNode, useState } from 'react';
import { keySecretOf } from '../../../../core/contract/bind-key.ts';
import type { PortView } from '../../../../core/contract/field-views.ts';
import { Button } from '../../../components/Button.tsx';
import { SegmentedControl, TextField } from '../../../components/Choices.tsx';
import { EmptyNotice } from '../../../components/Notices.tsx';
import { rowsOf, useRows } from '../../../hooks/use-table.ts';
import { where as text } from '../../../text/add-device.ts';
import { isKind, type Kind, MODELS, START } from './kind-drafts.ts';
import { LineSettingsFields } from './LineSettingsFields.tsx';
import { type BindBy, type LineSettings, networkLink, portOfLink, serialLink } from './links.ts';
import { PortChoice } from './PortChoice.tsx';
import { NothingChosen, StepHead } from './StepHead.tsx';
import { goStep, isModbus, useAdding } from './use-adding.ts';
import { useGivenPlace, usePlaceGiven } from './use-place.ts';

const wholeIn = (typed: string, from: number, to: number): number | null => {
  const value = Number(typed);
  return /^\d+$/.test(typed.trim()) && value >= from && value <= to ? value : null;
};

const unitIn = (typed: string): number | null => wholeIn(typed, 0, 255);

function UnitField(props: { value: string; onChange: (typed: string) => void }): ReactNode {
  return (
    <TextField
      id="where-unit"
      label={text.unit}
      value={props.value}
      onChange={props.onChange}
      numeric
      {...(unitIn(props.value) === null ? { error: text.needUnit } : { hint: text.unitHint })}
    />
  );
}

function SerialPlace(props: { kind: Kind }): ReactNode {
  const { kind } = props;
  const start = START[kind];
  const { profile } = useAdding();
  const next = usePlaceGiven(kind);
  const given = useGivenPlace(kind);
  const before = portOfLink(given.link, rowsOf(useRows('ports')));
  const [touched, setChosen] = useState<{ port: PortView; by: BindBy } | null>(null);
  const [changed, setSettings] = useState<LineSettings | null>(null);
  const [typed, setUnit] = useState<string | null>(null);
  const chosen = touched ?? before;
  const settings = changed ?? given.settings;
  const unit = typed ?? String(given.unit);
  const modbus = isModbus(start.adapter);
  const unitId = unitIn(unit);
  const done = (how: 'search' | 'known'): void => {
    if (chosen && unitId !== null) next({ link: serialLink(chosen.port, chosen.by, settings), unit: unitId }, how);
  };
  return (
    <div className="page">
      <StepHead
        step="where"
        adapter={START[kind].adapter}
        title={text.title}
        actions={
          <>
            {modbus && (
              <Button
                kind={profile === null ? 'plain' : 'primary'}
                disabled={!chosen || unitId === null}
                onClick={() => done('known')}
              >
                {profile === null ? text.known : text.go}
              </Button>
            )}
            {(!modbus || profile === null) && (
              <Button kind="primary" disabled={!chosen} onClick={() => done('search')}>
                {modbus ? text.search : text.go}
              </Button>
            )}
          </>
        }
      />
      <div className="where-grid">
        <PortChoice port={chosen?.port ?? null} by={chosen?.by ?? 'path'} onChoose={(port, by) => setChosen({ port, by })} />
        <section className="sheet">
          <header className="sheet-head">
            <h2>{text.settings}</h2>
          </header>
          <div className="sheet-body stack">
            <LineSettingsFields value={settings} onChange={setSettings} />
            {modbus && <UnitField value={unit} onChange={setUnit} />}
          </div>
        </section>
      </div>
    </div>
  );
}

function NetworkPlace(props: { kind: Kind }): ReactNode {
  const { kind } = props;
  const { profile } = useAdding();
  const next = usePlaceGiven(kind);
  const given = useGivenPlace(kind);
  const before = given.link !== null && 'host' in given.link ? given.link : null;
  const [protocol, setProtocol] = useState<'tcp' | 'rfc2217'>(before?.kind ?? 'tcp');
  const [host, setHost] = useState(before?.host ?? '');
  const [port, setPort] = useState(String(before?.port ?? (kind === 'tcp' ? 502 : 4001)));
  const [unit, setUnit] = useState(String(given.unit));
  const [settings, setSettings] = useState<LineSettings>(given.settings);
  const number = wholeIn(port, 1, 65_535);
  const unitId = unitIn(unit);
  const isReady = host.trim() !== '' && number !== null && unitId !== null;
  const done = (how: 'search' | 'known'): void => {
    if (!isReady) return;
    next({ link: networkLink(kind === 'server' ? protocol : 'tcp', host.trim(), number, settings), unit: unitId }, how);
  };
  return (
    <div className="page">
      <StepHead
        step="where"
        adapter={START[kind].adapter}
        title={text.title}
        actions={
          <>
            {kind === 'server' && profile === null && (
              <Button disabled={!isReady} onClick={() => done('search')}>
                {text.search}
              </Button>
            )}
            <Button kind="primary" disabled={!isReady} onClick={() => done('known')}>
              {text.go}
            </Button>
          </>
        }
      />
      <section className="sheet">
        <div className="sheet-body stack where-fields">
          {kind === 'server' && (
            <div className="field">
              <span className="field-label">{text.protocol}</span>
              <SegmentedControl
                label={text.protocol}
                value={protocol}
                choices={[
                  { value: 'tcp', label: text.protocols.tcp },
                  { value: 'rfc2217', label: text.protocols.rfc2217 },
                ]}
                onChange={setProtocol}
              />
            </div>
          )}
          <TextField id="where-host" label={text.host} value={host} onChange={setHost} hint={text.hostHint} />
          <TextField
            id="where-port"
            label={text.port}
            value={port}
            onChange={setPort}
            numeric
            {...(number === null ? { error: text.needPort } : {})}
          />
          <UnitField value={unit} onChange={setUnit} />
          {kind === 'server' && protocol === 'rfc2217' && <LineSettingsFields value={settings} onChange={setSettings} />}
        </div>
      </section>
    </div>
  );
}

function ModelPlace(): ReactNode {
  const { book } = useAdding();
  return (
    <div className="page">
      <StepHead step="where" title={text.models} />
      <section className="sheet">
        <ul className="pick-list">
          {MODELS.map((model) => (
            <li key={model.id}>
              <button
                type="button"
                className="pick"
                onClick={() => {
                  book.begin({
                    where: 'simulated',
                    title: model.title,
                    adapter: model.adapter,
                    link: model.link,
                    extra: model.extra,
                  });
                  goStep(isModbus(model.adapter) ? 'decode' : 'name');
                }}
              >
                <span className="pick-title">{model.title}</span>
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

/** Which Bluetooth device it is: the nearest first. */
function BlePlace(): ReactNode {
  const { book, extra } = useAdding();
  const table = useRows('adverts');
  const rows = rowsOf(table).sort((a, b) => (b.rssi ?? -999) - (a.rssi ?? -999));
  return (
    <div className="page">
      <StepHead step="where" title={text.models} />
      <section className="sheet">
        {rows.length === 0 && <EmptyNotice title={text.bleEmpty} body={text.bleEmptyBody} />}
        <ul className="pick-list">
          {rows.map((advert) => (
            <li key={advert.id}>
              <button
                type="button"
                className="pick"
                onClick={() => {
                  const isSame = extra['address'] === advert.id;
                  const { keySecret: _before, ...rest } = extra;
                  const key = advert.locked ? { keySecret: keySecretOf(advert.id) } : {};
                  const chosen = { ...rest, address: advert.id, ...key };
                  book.store.setState({ where: 'ble', extra: chosen, ...(!isSame && { draft: null, bindKey: '' }) });
                  goStep('name');
                }}
              >
                <span className="grow">
                  <span className="pick-title">{advert.name || advert.id}</span>
                  <span className="small muted">
                    <span className="mono">{advert.id}</span>
                    {advert.rssi !== null && ` · ${advert.rssi} dBm`}
                    {advert.format !== '' && ` · ${advert.format}`}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

/** Where a device of this kind is: the port, the address, or which simulated one. */
export function WherePage(props: { kind: string | undefined }): ReactNode {
  const { kind } = props;
  if (kind === 'ble') return <BlePlace />;
  if (!isKind(kind)) return <NothingChosen />;
  const { place } = START[kind];
  if (place === 'model') return <ModelPlace />;
  return place === 'port' ? <SerialPlace kind={kind} /> : <NetworkPlace kind={kind} />;
}
