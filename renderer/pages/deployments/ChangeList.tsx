import ArrowRight from 'lucide-react/icons/arrow-right';
import Minus from 'lucide-react/icons/minus';
import Pencil from 'lucide-react/icons/pencil';
import Plus from 'lucide-react/icons/plus';
import type { ReactNode } from 'react';
import type { ChangeView } from '../../../core/contract/views.ts';
import { changes as text } from '../../text/deployments.ts';
import { byArea } from './changes.ts';

const ICONS = { added: Plus, removed: Minus, changed: Pencil } as const;

function Change(props: { change: ChangeView }): ReactNode {
  const { change } = props;
  const Icon = ICONS[change.kind];
  return (
    <li className="change" data-kind={change.kind}>
      <span className="change-kind">
        <Icon size={16} aria-hidden="true" />
        {text.kinds[change.kind]}
      </span>
      <div className="change-what">
        <span className="mono">{change.id}</span>
        {change.fields.length > 0 && (
          <ul className="change-fields small">
            {change.fields.map((field) => (
              <li key={field.path}>
                <span className="mono muted">{field.path}</span>
                <span className="change-values mono">
                  <del>
                    <span className="visually-hidden">{text.before} </span>
                    {field.before || text.nothing}
                  </del>
                  <ArrowRight size={14} aria-hidden="true" />
                  <ins>
                    <span className="visually-hidden">{text.after} </span>
                    {field.after || text.nothing}
                  </ins>
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

/** What a document would change, by area; before and after of each field. */
export function ChangeList(props: { changes: readonly ChangeView[] }): ReactNode {
  if (props.changes.length === 0) return <p className="muted">{text.none}</p>;
  return (
    <div className="changes">
      {byArea(props.changes).map((group) => (
        <section key={group.area} aria-label={text.areas[group.area]}>
          <h3 className="row">
            {text.areas[group.area]} <span className="muted num">{group.changes.length}</span>
          </h3>
          <ul>
            {group.changes.map((change) => (
              <Change key={`${change.kind} ${change.id}`} change={change} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
