import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../base/clock.ts';
import type { Service } from '../base/service.ts';
import type { GatewayView } from '../contract/views.ts';

export interface SystemHealth extends Service {
  view(): GatewayView['system'];
}

const SAMPLE_MS = 2000;
const THERMAL = '/sys/class/thermal/thermal_zone0/temp';

function temperature(): number | null {
  try {
    const milli = Number(readFileSync(THERMAL, 'utf8'));
    return Number.isFinite(milli) ? milli / 1000 : null;
  } catch {
    return null;
  }
}

/** Samples this process and its disk every two seconds. A blocked event loop is a fault of the gateway, so it is measured here too. */
export function createSystemHealth(deps: { clock: Clock; dataDir: string }): SystemHealth {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  const heat = process.platform === 'linux';
  let cancel = (): void => {};
  let lastCpu = process.cpuUsage();
  let lastMono = deps.clock.monotonic();
  let view: GatewayView['system'] = {
    cpuPercent: 0,
    rssBytes: 0,
    heapBytes: 0,
    loopLagP99Ms: 0,
    diskFreeBytes: null,
    diskTotalBytes: null,
    memoryTotalBytes: totalmem(),
    temperatureC: null,
  };
  async function sample(): Promise<void> {
    const cpu = process.cpuUsage(lastCpu);
    const now = deps.clock.monotonic();
    const elapsedUs = Math.max(1, (now - lastMono) * 1000);
    lastCpu = process.cpuUsage();
    lastMono = now;
    const memory = process.memoryUsage();
    const disk = await statfs(deps.dataDir).catch(() => null);
    view = {
      cpuPercent: Math.round(((cpu.user + cpu.system) / elapsedUs) * 1000) / 10,
      rssBytes: memory.rss,
      heapBytes: memory.heapUsed,
      // The monitor counts its own 10 ms ticks; what is beyond them is lag.
      loopLagP99Ms: Math.max(0, Math.round((delay.percentile(99) / 1e6 - 10) * 10) / 10),
      diskFreeBytes: disk ? disk.bavail * disk.bsize : null,
      diskTotalBytes: disk ? disk.blocks * disk.bsize : null,
      memoryTotalBytes: totalmem(),
      temperatureC: heat ? temperature() : null,
    };
    delay.reset();
  }
  return {
    name: 'system-health',
    async start(signal) {
      signal.throwIfAborted();
      delay.enable();
      await sample();
      cancel = deps.clock.every(SAMPLE_MS, () => void sample());
    },
    async stop() {
      cancel();
      delay.disable();
    },
    view: () => view,
  };
}
