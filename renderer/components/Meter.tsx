import type { ReactNode } from 'react';
import './meter.css';
import { StateIcon } from './StateBadge.tsx';

/**
 * A figure with its place between nothing and all of it. Grey until it passes `limit` (a share 0..1, marked on the bar);
 * then it is out of specification, and `word` says so.
 */
export function Meter(props: {
  label: string;
  value: string;
  share: number;
  limit: number;
  word: string;
  detail?: string;
}): ReactNode {
  const share = Math.min(Math.max(props.share, 0), 1);
  const beyond = props.share > props.limit;
  return (
    <div className="meter" data-tone={beyond ? 'warn' : 'normal'}>
      <div className="meter-head">
        <span className="meter-label">{props.label}</span>
        {beyond && (
          <span className="meter-word">
            <StateIcon tone="warn" size={14} /> {props.word}
          </span>
        )}
      </div>
      <p className="meter-value num">{props.value}</p>
      <div className="meter-bar" aria-hidden="true">
        <span className="meter-fill" style={{ width: `${share * 100}%` }} />
        <span className="meter-limit" style={{ left: `${props.limit * 100}%` }} />
      </div>
      {props.detail !== undefined && <p className="meter-detail num">{props.detail}</p>}
    </div>
  );
}
