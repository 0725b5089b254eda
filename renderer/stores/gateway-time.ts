import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Clock } from '../../core/base/clock.ts';
import type { TopicStores } from './topic-store.ts';

export interface GatewayTime {
  /** The gateway's wall time, as far as this screen knows it: its own clock may be wrong by hours. */
  readonly store: StoreApi<{ readonly now: number }>;
  /** Ticks while anybody holds it. */
  hold(): () => void;
}

/** One tick a second for all relative times on the screen, so that they change together. */
export function createGatewayTime(deps: { clock: Clock; topics: TopicStores }): GatewayTime {
  const { clock, topics } = deps;
  let offset = 0;
  let heard = 0;
  let holders = 0;
  let stop = (): void => {};
  const store = createStore<{ now: number }>()(() => ({ now: clock.now() }));
  const tick = (): void => store.setState({ now: clock.now() + offset }, true);
  function learn(): void {
    const row = topics.of('gateway', {}).store.getState().byId['gateway'];
    if (!row || row.now === heard) return;
    heard = row.now;
    const next = row.now - clock.now();
    if (Math.abs(next - offset) < 1500) return; // the way through the wire is not a difference of clocks
    offset = next;
    tick();
  }
  return {
    store,
    hold() {
      holders += 1;
      if (holders === 1) {
        learn();
        tick();
        const stopTicks = clock.every(1000, tick);
        const stopLearning = topics.of('gateway', {}).store.subscribe(learn);
        stop = () => {
          stopTicks();
          stopLearning();
        };
      }
      return () => {
        holders -= 1;
        if (holders === 0) stop();
      };
    },
  };
}
