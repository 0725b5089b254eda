import ChevronRight from 'lucide-react/icons/chevron-right';
import type { ReactNode } from 'react';
import { StateIcon } from './StateBadge.tsx';
import type { Tone } from './tone.ts';
import './tile.css';

/**
 * One answer to one question: a name, a figure, what it means. Coloured only when something is wrong.
 * With `href` or `onOpen` the whole tile leads further.
 */
export function Tile(props: {
  title: string;
  figure: ReactNode;
  unit?: string;
  tone?: Tone;
  /** The state as a word, beside its shape, before the explanation. */
  state?: string;
  href?: string;
  onOpen?: () => void;
  /** The accessible name of the whole tile's link where the title is not enough. */
  openLabel?: string;
  children?: ReactNode;
}): ReactNode {
  const tone = props.tone ?? 'normal';
  const title =
    props.href !== undefined ? (
      <a className="tile-open" href={props.href} aria-label={props.openLabel}>
        {props.title}
      </a>
    ) : props.onOpen !== undefined ? (
      <button type="button" className="tile-open" onClick={props.onOpen} aria-label={props.openLabel}>
        {props.title}
      </button>
    ) : (
      props.title
    );
  const leads = props.href !== undefined || props.onOpen !== undefined;
  return (
    <section className="tile" data-tone={tone}>
      <header className="tile-head">
        <h2 className="tile-title">{title}</h2>
        {leads && <ChevronRight className="tile-arrow" size={18} aria-hidden="true" />}
      </header>
      <p className="tile-figure num">
        {props.figure}
        {props.unit !== undefined && <span className="tile-unit"> {props.unit}</span>}
      </p>
      <div className="tile-body">
        {props.state !== undefined && (
          <span className="tile-state">
            <StateIcon tone={tone} size={16} />
            {props.state}
          </span>
        )}
        <span>{props.children}</span>
      </div>
    </section>
  );
}
