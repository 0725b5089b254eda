import type { ReactNode } from 'react';
import type { ToolView } from '../../../core/contract/field-views.ts';
import { Ago } from '../../components/Notices.tsx';
import { StateIcon } from '../../components/StateBadge.tsx';
import { tools as text } from '../../text/tools.ts';

/** More than these are counted only. */
const MOST = 2;

/** Tools that are open now, by whom, and which devices they pause: somebody has to know why a device stands still. */
export function OpenTools(props: { tools: readonly ToolView[] }): ReactNode {
  if (props.tools.length === 0) return null;
  return (
    <ul className="open-tools" aria-label={text.open}>
      {props.tools.slice(0, MOST).map((tool) => (
        <li key={tool.id} className="open-tool" data-tone="check">
          <StateIcon tone="check" size={18} />
          <p>
            <strong>{text.openOn(text.kind[tool.tool], tool.line, tool.by)}</strong>{' '}
            <span className="small">
              <Ago at={tool.since} />. {tool.pauses.length > 0 ? text.pauses(tool.pauses.join(', ')) : text.pausesNobody}
            </span>
          </p>
        </li>
      ))}
      {props.tools.length > MOST && <li className="small muted">{text.moreOpen(props.tools.length - MOST)}</li>}
    </ul>
  );
}
