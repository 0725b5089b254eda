import Pencil from 'lucide-react/icons/pencil';
import Trash2 from 'lucide-react/icons/trash-2';
import { type ReactNode, useState } from 'react';
import type { Draft } from '../../../../core/contract/commission-views.ts';
import { IconButton } from '../../../components/Button.tsx';
import { name as text } from '../../../text/add-device.ts';
import { formatNumber } from '../../../text/format.ts';
import { type DraftPoint, editPoint, LIMITS, pointsOf, removePoint } from './draft.ts';
import { PointDialog } from './PointDialog.tsx';

/** `Low 210, High 245`. */
export function limitWords(point: DraftPoint): string {
  const words = LIMITS.flatMap((name) => {
    const limit = point.limits[name];
    return limit === undefined ? [] : [`${text.limit[name]} ${formatNumber(limit)}`];
  });
  return words.length === 0 ? text.noLimits : words.join(', ');
}

/** The values of a draft with unit and limits, each to be changed or taken out. */
export function DraftPoints(props: { draft: Draft; onChange: (draft: Draft) => void }): ReactNode {
  const { draft } = props;
  const [editing, setEditing] = useState<number | null>(null);
  const points = pointsOf(draft);
  const target = editing === null ? undefined : points[editing];
  return (
    <>
      <ul className="draft-points">
        {points.map((point, i) => (
          <li key={point.name}>
            <div className="grow">
              <p>
                <strong>{point.label}</strong> {point.unit !== '' && <span className="muted">{point.unit}</span>}
              </p>
              {point.isNumber && <p className="small muted num">{limitWords(point)}</p>}
            </div>
            <IconButton
              icon={<Pencil size={18} aria-hidden="true" />}
              label={text.editOf(point.label)}
              onClick={() => setEditing(i)}
            />
            <IconButton
              icon={<Trash2 size={18} aria-hidden="true" />}
              label={text.removeOf(point.label)}
              onClick={() => props.onChange(removePoint(draft, i))}
            />
          </li>
        ))}
      </ul>
      {target && editing !== null && (
        <PointDialog
          point={target}
          onClose={() => setEditing(null)}
          onDone={(change) => {
            props.onChange(editPoint(draft, editing, change));
            setEditing(null);
          }}
        />
      )}
    </>
  );
}
