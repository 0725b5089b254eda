import type { TimeWindow } from './time-window.ts';

const SHORTEST_MS = 20_000;
const LONGEST_MS = 31 * 24 * 3_600_000;

/** The window after pinching or turning the wheel: `factor` below 1 shows less, around `middle` (0..1). */
export function zoomed(window: TimeWindow, factor: number, middle: number): TimeWindow {
  const span = window.to - window.from;
  const next = Math.min(Math.max(span * factor, SHORTEST_MS), LONGEST_MS);
  const from = window.from + (span - next) * middle;
  return { from, to: from + next };
}

/** The window after dragging by `share` of its width to the right. */
export function panned(window: TimeWindow, share: number): TimeWindow {
  const by = (window.to - window.from) * share;
  return { from: window.from - by, to: window.to - by };
}

/** One finger (or the mouse) drags, two pinch, the wheel zooms while Ctrl is held; returns the detach. Vertical swipes go on scrolling the page. */
export function attachPanZoom(
  area: HTMLElement,
  deps: { current(): TimeWindow; onWindow(window: TimeWindow): void },
): () => void {
  const fingers = new Map<number, number>();
  let start: { window: TimeWindow; xs: number[] } | null = null;
  const restart = (): void => {
    start = fingers.size === 0 ? null : { window: deps.current(), xs: [...fingers.values()] };
  };
  const down = (event: PointerEvent): void => {
    fingers.set(event.pointerId, event.clientX);
    area.setPointerCapture?.(event.pointerId);
    restart();
  };
  const move = (event: PointerEvent): void => {
    if (!fingers.has(event.pointerId) || !start) return;
    fingers.set(event.pointerId, event.clientX);
    const xs = [...fingers.values()];
    const width = Math.max(area.clientWidth, 1);
    const [a = 0, b] = xs;
    const [a0 = 0, b0] = start.xs;
    if (b !== undefined && b0 !== undefined) {
      const left = area.getBoundingClientRect().left;
      const factor = Math.abs(b0 - a0) / Math.max(Math.abs(b - a), 1);
      deps.onWindow(zoomed(start.window, factor, ((a + b) / 2 - left) / width));
    } else if (Math.abs(a - a0) > 3) deps.onWindow(panned(start.window, (a - a0) / width));
  };
  const up = (event: PointerEvent): void => {
    fingers.delete(event.pointerId);
    restart();
  };
  const wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const share = (event.clientX - area.getBoundingClientRect().left) / Math.max(area.clientWidth, 1);
    deps.onWindow(zoomed(deps.current(), event.deltaY > 0 ? 1.25 : 0.8, share));
  };
  area.style.touchAction = 'pan-y';
  area.addEventListener('pointerdown', down);
  area.addEventListener('pointermove', move);
  area.addEventListener('pointerup', up);
  area.addEventListener('pointercancel', up);
  area.addEventListener('wheel', wheel, { passive: false });
  return () => {
    area.removeEventListener('pointerdown', down);
    area.removeEventListener('pointermove', move);
    area.removeEventListener('pointerup', up);
    area.removeEventListener('pointercancel', up);
    area.removeEventListener('wheel', wheel);
  };
}
