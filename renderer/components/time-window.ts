/** A span of time on a chart: wall time in ms. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}
