import type { PowerMonitor, PowerSaveBlocker } from 'electron';
import type { Clock } from '../core/base/clock.ts';
import type { Logger } from '../core/base/log.ts';

export interface PowerDeps {
  readonly blocker: Pick<PowerSaveBlocker, 'start' | 'stop' | 'isStarted'>;
  readonly monitor: Pick<PowerMonitor, 'on'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keeps the display of a kiosk awake and logs when the machine slept and for how long. Returns a function that lets it sleep again. */
export function watchPower(deps: PowerDeps, options: { keepAwake: boolean; onResume: () => void }): () => void {
  const id = options.keepAwake ? deps.blocker.start('prevent-display-sleep') : undefined;
  let asleepSince: number | undefined;
  deps.monitor.on('suspend', () => {
    asleepSince = deps.clock.now();
    deps.log.warn('power.suspend');
  });
  deps.monitor.on('resume', () => {
    const sleptMs = asleepSince === undefined ? null : Math.max(0, deps.clock.now() - asleepSince);
    asleepSince = undefined;
    deps.log.warn('power.resume', { sleptMs });
    options.onResume();
  });
  deps.monitor.on('on-battery', () => deps.log.warn('power.on-battery'));
  deps.monitor.on('on-ac', () => deps.log.info('power.on-mains'));
  return () => {
    if (id !== undefined && deps.blocker.isStarted(id)) deps.blocker.stop(id);
  };
}
