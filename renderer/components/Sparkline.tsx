import type { ReactNode } from 'react';
import { chart } from '../text/chart.ts';
import './charts.css';

const W = 100;
const H = 28;
const PAD = 2;

/** Path pieces through the numbers; null breaks the line. Flat series run through the middle. */
export function sparkPath(values: readonly (number | null)[]): string {
  const numbers = values.filter((value): value is number => value !== null);
  if (numbers.length === 0) return '';
  const low = Math.min(...numbers);
  const span = Math.max(...numbers) - low;
  const step = values.length > 1 ? W / (values.length - 1) : 0;
  let path = '';
  let pen = false;
  values.forEach((value, i) => {
    if (value === null) {
      pen = false;
      return;
    }
    const y = span === 0 ? H / 2 : H - PAD - ((value - low) / span) * (H - 2 * PAD);
    path += `${pen ? 'L' : 'M'}${(i * step).toFixed(1)} ${y.toFixed(1)}`;
    pen = true;
  });
  return path;
}

/** The recent course of a value, without axes: its shape is the message. */
export function Sparkline(props: { values: readonly (number | null)[]; label: string }): ReactNode {
  return (
    <svg className="spark" viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" role="img" aria-label={chart.spark(props.label)}>
      <path d={sparkPath(props.values)} />
    </svg>
  );
}
