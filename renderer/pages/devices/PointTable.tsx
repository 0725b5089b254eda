import Pencil from 'lucide-react/icons/pencil';
import { type ReactNode, useState } from 'react';
import type { DeviceView, PointView } from '../../../core/contract/views.ts';
import { IconButton } from '../../components/Button.tsx';
import { Ago, EmptyNotice } from '../../components/Notices.tsx';
import { PointValue, QUALITY_TONE } from '../../components/PointValue.tsx';
import { StateBadge } from '../../components/StateBadge.tsx';
import { quality } from '../../text/common.ts';
import { device as text } from '../../text/devices.ts';
import { LimitBar } from './LimitBar.tsx';
import { WriteDialog } from './WriteDialog.tsx';

function PointRow(props: { point: PointView; chosen: boolean; onChoose: () => void; onWrite: () => void }): ReactNode {
  const { point } = props;
  return (
    <tr data-chosen={props.chosen || undefined}>
      <th scope="row">
        <button
          type="button"
          className="point-choose"
          aria-pressed={props.chosen}
          aria-label={text.show(point.label)}
          onClick={props.onChoose}
        >
          {point.label}
        </button>
        {point.quality !== 'good' && point.note !== null && <p className="small point-note">{point.note}</p>}
      </th>
      <td className="point-value">
        <PointValue point={point} strong />
        <LimitBar point={point} />
      </td>
      <td className="point-quality">
        <StateBadge tone={QUALITY_TONE[point.quality]} label={quality[point.quality]} size="s" />
      </td>
      <td className="point-age small">
        <Ago at={point.at} />
      </td>
      <td className="point-action">
        {point.writable && (
          <IconButton
            icon={<Pencil size={18} aria-hidden="true" />}
            label={text.writeName(point.label)}
            onClick={props.onWrite}
          />
        )}
      </td>
    </tr>
  );
}

/** Every point with its value, quality and age; touching one shows its trend. */
export function PointTable(props: { device: DeviceView; chosen: string | null; onChoose: (point: string) => void }): ReactNode {
  const { device } = props;
  const [writing, setWriting] = useState<string | null>(null);
  const target = device.points.find((point) => point.name === writing);
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.values}</h2>
      </header>
      {device.points.length === 0 ? (
        <EmptyNotice title={text.noPoints} body={text.noPointsBody} />
      ) : (
        <table className="points">
          <thead>
            <tr>
              <th scope="col">{text.columns.point}</th>
              <th scope="col" className="point-value">
                {text.columns.value}
              </th>
              <th scope="col">{text.columns.quality}</th>
              <th scope="col" className="point-age">
                {text.columns.age}
              </th>
              <th scope="col">
                <span className="visually-hidden">{text.columns.action}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {device.points.map((point) => (
              <PointRow
                key={point.name}
                point={point}
                chosen={point.name === props.chosen}
                onChoose={() => props.onChoose(point.name)}
                onWrite={() => setWriting(point.name)}
              />
            ))}
          </tbody>
        </table>
      )}
      {target && <WriteDialog device={device} point={target} onClose={() => setWriting(null)} />}
    </section>
  );
}
