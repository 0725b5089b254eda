import History from 'lucide-react/icons/history';
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { PointView, TrendPoint } from '../../../core/contract/views.ts';
import { Button } from '../../components/Button.tsx';
import { SegmentedControl } from '../../components/Choices.tsx';
import { EmptyNotice, ErrorNotice, Skeleton } from '../../components/Notices.tsx';
import type { TimeWindow } from '../../components/time-window.ts';
import { type TrendFigures, trendColumns, trendFigures } from '../../components/trend-data.ts';
import { useQuery } from '../../hooks/use-call.ts';
import { useMedia, usePhone } from '../../hooks/use-media.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useSettled } from '../../hooks/use-settled.ts';
import { useConsole } from '../../stores/context.tsx';
import { chart } from '../../text/chart.ts';
import { device as text } from '../../text/devices.ts';
import { formatCount, formatDateTime, formatDuration, formatNumber, formatValue } from '../../text/format.ts';

const TrendChart = lazy(async () => ({ default: (await import('../../components/TrendChart.tsx')).TrendChart }));

const RANGES = { '15min': 900_000, '1h': 3_600_000, '8h': 28_800_000, '24h': 86_400_000, '7d': 604_800_000 } as const;
type Range = keyof typeof RANGES;
const ORDER: readonly Range[] = ['15min', '1h', '8h', '24h', '7d'];
const BUCKETS = 360;

/** What is asked for: half a window more on either side, so that dragging does not show an edge at once. */
function around(window: TimeWindow): TimeWindow {
  const half = (window.to - window.from) / 2;
  return { from: Math.floor(window.from - half), to: Math.ceil(window.to + half) };
}

function Figures(props: { figures: TrendFigures; point: PointView }): ReactNode {
  const { figures, point } = props;
  const say = (value: number): string => `${formatNumber(value, point.decimals)}${point.unit === '' ? '' : ` ${point.unit}`}`;
  return (
    <dl className="trend-figures num">
      <div>
        <dt>{chart.minimum}</dt>
        <dd>{say(figures.min)}</dd>
      </div>
      <div>
        <dt>{chart.average}</dt>
        <dd>{say(figures.average)}</dd>
      </div>
      <div>
        <dt>{chart.maximum}</dt>
        <dd>{say(figures.max)}</dd>
      </div>
      <div>
        <dt>{chart.values}</dt>
        <dd>{formatCount(figures.count)}</dd>
      </div>
    </dl>
  );
}

/** Values that are words: when each came, the newest first. */
function Changes(props: { points: readonly TrendPoint[] }): ReactNode {
  const changes = props.points.filter((point, i, all) => point.last !== null && point.last !== all[i - 1]?.last);
  return (
    <div className="trend-changes">
      <p className="muted small">{chart.textOnly}</p>
      <ul>
        {changes
          .slice(-12)
          .reverse()
          .map((point) => (
            <li key={point.at} className="num">
              <span className="muted">{formatDateTime(point.at)}</span> <strong>{formatValue(point.last, null)}</strong>
            </li>
          ))}
      </ul>
    </div>
  );
}

function Body(props: {
  point: PointView;
  points: readonly TrendPoint[];
  window: TimeWindow;
  onWindow: (w: TimeWindow) => void;
}): ReactNode {
  const { point, points, window: shown } = props;
  const phone = usePhone();
  const chosenTheme = useStore(useConsole().settings, (s) => s.theme);
  const dark = useMedia('(prefers-color-scheme: dark)');
  const columns = useMemo(() => trendColumns(points, ((shown.to - shown.from) * 2) / BUCKETS), [points, shown.from, shown.to]);
  const figures = useMemo(
    () => trendFigures(points.filter((one) => one.at >= shown.from && one.at <= shown.to)),
    [points, shown.from, shown.to],
  );
  if (!figures && points.some((one) => typeof one.last === 'string' || typeof one.last === 'boolean'))
    return <Changes points={points} />;
  return (
    <>
      <Suspense fallback={<Skeleton height={240} />}>
        <TrendChart
          label={chart.summary(point.label, formatDuration(shown.to - shown.from))}
          unit={point.unit}
          decimals={point.decimals}
          height={phone ? 200 : 240}
          data={columns}
          window={shown}
          onWindow={props.onWindow}
          theme={`${chosenTheme} ${dark}`}
        />
      </Suspense>
      {figures ? <Figures figures={figures} point={point} /> : <EmptyNotice title={chart.noData} body={chart.noDataBody} />}
    </>
  );
}

/** The course of one point: follows the present until somebody drags or zooms; the range buttons return to it. */
export function PointTrend(props: { point: PointView }): ReactNode {
  const { point } = props;
  const [range, setRange] = useState<Range>('15min');
  const [fixed, setFixed] = useState<TimeWindow | null>(null);
  const spanMs = RANGES[range];
  const everyMs = Math.min(Math.max(2000, Math.round(spanMs / BUCKETS / 1000) * 1000), 15_000);
  const now = useNow(everyMs);
  const shown = useMemo(() => fixed ?? { from: now - spanMs, to: now }, [fixed, now, spanMs]);
  const settled = useSettled(shown, fixed ? 150 : 0);
  const query = useQuery('history.trend', { series: point.series, ...around(settled), buckets: BUCKETS });
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2 className="grow clip">{text.trend(point.label)}</h2>
        {fixed && (
          <Button kind="quiet" icon={<History size={18} aria-hidden="true" />} onClick={() => setFixed(null)}>
            {chart.live}
          </Button>
        )}
        <SegmentedControl
          label={chart.range}
          value={range}
          choices={ORDER.map((value) => ({ value, label: chart.ranges[value] }))}
          onChange={(value) => {
            setRange(value);
            setFixed(null);
          }}
        />
      </header>
      <div className="sheet-body">
        {query.data ? (
          <Body point={point} points={query.data} window={shown} onWindow={setFixed} />
        ) : query.problem ? (
          <ErrorNotice what={chart.failed} meaning={query.problem.what} remedy={query.problem.remedy} />
        ) : (
          <Skeleton height={240} />
        )}
      </div>
    </section>
  );
}
