import { type ReactNode, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { TimeWindow } from './time-window.ts';
import 'uplot/dist/uPlot.min.css';
import { formatNumber, formatTime } from '../text/format.ts';
import { LOCALE } from '../text/locale.ts';
import './charts.css';
import { attachPanZoom } from './pan-zoom.ts';
import type { TrendColumns } from './trend-data.ts';

interface Options {
  readonly label: string;
  readonly unit: string;
  readonly decimals: number | null;
  readonly height: number;
}

/** Custom properties may be functions of the theme; a probe element resolves them to plain colours. */
function colourOf(name: string, under: HTMLElement): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  under.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function chartOptions(host: HTMLElement, options: Options, width: number, showAt: (index: number | null) => void): uPlot.Options {
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const axis = {
    font,
    stroke: colourOf('--ink-3', host),
    grid: { stroke: colourOf('--data-grid', host), width: 1 },
    ticks: { show: false },
  };
  const band = colourOf('--data-band', host);
  const line = colourOf('--data', host);
  return {
    width,
    height: options.height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { size: 7, fill: line } },
    scales: { x: { time: true }, y: { range: (_u, min, max) => padded(min, max) } },
    axes: [
      { ...axis, space: 72, size: 28, gap: 4, values: timeLabels },
      { ...axis, gap: 6, size: axisWidth, values: (_u, ticks) => ticks.map((tick) => formatNumber(tick)) },
    ],
    series: [
      {},
      { label: options.label, stroke: line, width: 1.75, points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
    ],
    bands: [{ series: [3, 2], fill: band }],
    hooks: { setCursor: [(u) => showAt(u.cursor.idx ?? null)] },
  };
}

/** Room for the longest label. */
function axisWidth(_u: uPlot, labels: string[]): number {
  return Math.max(24, ...(labels ?? []).map((label) => label.length * 7.2 + 12));
}

function padded(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const room = max === min ? Math.max(Math.abs(max) * 0.05, 0.5) : (max - min) * 0.08;
  return [min - room, max + room];
}

function timeLabels(_u: uPlot, ticks: number[], _axis: number, _space: number, step: number): string[] {
  const days = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });
  return ticks.map((tick) => {
    const at = new Date(tick * 1000);
    if (step >= 86_400 || (at.getHours() === 0 && at.getMinutes() === 0 && step >= 3600)) return days.format(at);
    return step < 60 ? formatTime(tick * 1000) : formatTime(tick * 1000).slice(0, 5);
  });
}

/**
 * A line (average) in a band (least to greatest) over time, gaps left open. Drag pans, pinch and wheel zoom: both only ask
 * for another window, the caller brings the values for it.
 */
export function TrendChart(
  props: Options & { data: TrendColumns; window: TimeWindow; onWindow?: (window: TimeWindow) => void; theme: string },
): ReactNode {
  const { data, window: shown, onWindow, theme, label, unit, decimals, height } = props;
  const host = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLParagraphElement>(null);
  const plot = useRef<uPlot | null>(null);
  const live = useRef({ data, shown, onWindow });
  live.current = { data, shown, onWindow };

  // biome-ignore lint/correctness/useExhaustiveDependencies: a theme change redraws with the colours of then
  useEffect(() => {
    const element = host.current;
    if (!element || typeof Path2D === 'undefined') return; // nothing to draw on
    const showAt = (index: number | null): void => {
      const { at, line, low, high } = live.current.data;
      const value = index === null ? null : (line[index] ?? null);
      if (!readout.current) return;
      const say = (n: number | null | undefined): string => formatNumber(n ?? Number.NaN, decimals);
      readout.current.textContent =
        index === null || value === null
          ? ''
          : `${formatTime((at[index] ?? 0) * 1000)}   ${say(value)} ${unit}   (${say(low[index])} – ${say(high[index])})`;
    };
    const made = new uPlot(chartOptions(element, { label, unit, decimals, height }, element.clientWidth, showAt), [[]], element);
    plot.current = made;
    show(made, live.current.data, live.current.shown);
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    const detach = attachPanZoom(made.over, {
      current: () => live.current.shown,
      onWindow: (next) => live.current.onWindow?.(next),
    });
    return () => {
      detach();
      resize.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [label, unit, decimals, height, theme]);

  useEffect(() => {
    if (plot.current) show(plot.current, data, shown);
  }, [data, shown]);

  return (
    <figure className="trend" aria-label={label}>
      <p className="trend-readout num" ref={readout} />
      <div className="trend-plot" ref={host} style={{ height }} />
    </figure>
  );
}

function show(plot: uPlot, data: TrendColumns, shown: TimeWindow): void {
  plot.batch(() => {
    plot.setData([data.at, data.line, data.low, data.high], false);
    plot.setScale('x', { min: shown.from / 1000, max: shown.to / 1000 });
  });
}
