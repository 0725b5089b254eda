import { type ReactNode, useState } from 'react';
import type { AdvertView } from '../../../../core/contract/field-views.ts';
import { BackLink } from '../../../components/BackLink.tsx';
import { Button } from '../../../components/Button.tsx';
import { ConsentSheet } from '../../../components/ConsentSheet.tsx';
import { HexText } from '../../../components/HexText.tsx';
import { Ago, EmptyNotice, Skeleton } from '../../../components/Notices.tsx';
import { Sparkline } from '../../../components/Sparkline.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { href } from '../../../hooks/use-route.ts';
import { useStatus, useTable } from '../../../hooks/use-table.ts';
import { bluetooth as text } from '../../../text/bluetooth.ts';
import { formatCount, formatRate } from '../../../text/format.ts';
import { ToolFrame } from '../ToolFrame.tsx';
import { advertName, factValue, formatWords, partName } from './advert-words.ts';
import './bluetooth.css';
import { GattBrowser } from './GattBrowser.tsx';
import { useActiveScan } from './use-scan.ts';

function Facts(props: { advert: AdvertView }): ReactNode {
  const { advert } = props;
  const words = text.factNames;
  return (
    <dl className="facts">
      <dt>{words.address}</dt>
      <dd className="mono">{advert.id}</dd>
      <dt>{words.type}</dt>
      <dd>{advert.addressType}</dd>
      <dt>{words.signal}</dt>
      <dd>
        <span className="num">{advert.rssi === null ? text.noSignal : text.dbm(advert.rssi)}</span>
        <Sparkline values={advert.trend} label={text.trend(advertName(advert))} />
      </dd>
      <dt>{words.last}</dt>
      <dd>
        <Ago at={advert.lastAt} />
      </dd>
      <dt>{words.count}</dt>
      <dd className="num">
        {formatCount(advert.count)} <span className="muted">({text.perS(formatRate(advert.perS))})</span>
      </dd>
      {advert.services.length > 0 && (
        <>
          <dt>{words.services}</dt>
          <dd>{advert.services.join(', ')}</dd>
        </>
      )}
      <dt>{words.device}</dt>
      <dd>
        <p>{advert.device === null ? text.notUsed : <a href={href('devices', advert.device)}>{advert.device}</a>}</p>
      </dd>
    </dl>
  );
}

function Values(props: { advert: AdvertView }): ReactNode {
  const { advert } = props;
  if (advert.locked) return <p className="muted">{advert.device === null ? text.locked : text.lockedUsed}</p>;
  if (advert.facts.length === 0) {
    return (
      <p className="muted">
        {advert.parts.length === 0
          ? `${text.nothingSent} ${text.connectToRead}`
          : `${text.noValues} ${advert.services.length > 0 ? text.connectToRead : text.encrypted}`}
      </p>
    );
  }
  return (
    <dl className="facts" aria-label={text.values}>
      {advert.facts.map((fact) => [
        <dt key={`${fact.name} name`}>{fact.name}</dt>,
        <dd key={fact.name} className="num">
          {factValue(fact)}
        </dd>,
      ])}
    </dl>
  );
}

function Forget(props: { advert: AdvertView }): ReactNode {
  const { advert } = props;
  const [asking, setAsking] = useState(false);
  const onClose = (): void => setAsking(false);
  const { run, busy, problem } = useCall('ble.forget', { done: text.forgotten, inline: true, onDone: onClose });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{text.forget}</Button>
      {asking && (
        <ConsentSheet
          title={text.forgetTitle(advertName(advert))}
          effects={text.forgetEffects}
          action={text.forget}
          busy={busy}
          problem={problem}
          onClose={onClose}
          onAgree={(by) => void run({ address: advert.id, by, consent: true })}
        />
      )}
    </>
  );
}

/** One device that is heard: what it says, decoded and raw, and its services. */
export function AdvertPage(props: { address: string }): ReactNode {
  const { address } = props;
  const advert = useTable('adverts', (table) => table.byId[address]);
  const status = useStatus('adverts');
  useActiveScan(true);
  return (
    <ToolFrame current="bluetooth">
      <div className="tool-head">
        <BackLink href={href('tools', 'bluetooth')} label={text.back} />
        <h2 className="grow">{advert ? advertName(advert) : address}</h2>
        {advert?.paired && <Forget advert={advert} />}
      </div>
      {status === 'loading' ? (
        <Skeleton rows={6} />
      ) : (
        <>
          {!advert && (
            <div className="sheet">
              <EmptyNotice title={text.gone} body={text.goneBody(address)} />
            </div>
          )}
          {advert && (
            <div className="advert-grid">
              <section className="sheet">
                <header className="sheet-head">
                  <h2>{text.facts}</h2>
                </header>
                <div className="sheet-body">
                  <Facts advert={advert} />
                </div>
              </section>
              <section className="sheet">
                <header className="sheet-head">
                  <h2 className="grow">{text.values}</h2>
                  <span className="muted">{formatWords(advert)}</span>
                </header>
                <div className="sheet-body stack">
                  <Values advert={advert} />
                  {advert.parts.length > 0 && (
                    <div className="stack">
                      <h3>{text.parts}</h3>
                      {advert.parts.map((part) => (
                        <div key={`${part.kind} ${part.id}`}>
                          <p className="small muted">{partName(part)}</p>
                          <HexText bytes={part.bytes} label={partName(part)} perLine={12} />
                        </div>
                      ))}
                    </div>
                  )}
                </div>
              </section>
            </div>
          )}
          <GattBrowser address={address} name={advert ? advertName(advert) : address} />
        </>
      )}
    </ToolFrame>
  );
}
