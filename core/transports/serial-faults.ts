import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import { findHolder, ownerOf, userName } from './ports/holders.ts';
import { portPaths } from './ports/port-paths.ts';

const onLinux = process.platform === 'linux';

/** The driver gives the errno's text, not its name; Windows has its own words. Unknown text stays `link/failed`. */
function kindOf(text: string): 'missing' | 'busy' | 'denied' | 'other' {
  if (/ENOENT|No such (file|device)|File not found|ENXIO|ENODEV/i.test(text)) return 'missing';
  if (/Cannot lock|EBUSY|EAGAIN|temporarily unavailable|resource busy/i.test(text)) return 'busy';
  // Windows says "Access denied" when another program has the port; there are no rights on a COM port to be missing.
  if (/Access denied/i.test(text)) return 'busy';
  if (/EACCES|EPERM|Permission denied|not permitted/i.test(text)) return 'denied';
  return 'other';
}

/** Turns what the driver says into a fault that names the port, what is wrong, and what to do. */
export async function explainOpenFault(path: string, cause: unknown, clock: Clock): Promise<GatewayError> {
  switch (kindOf(cause instanceof Error ? cause.message : String(cause))) {
    case 'missing':
      return missing(path, cause, await portPaths(clock));
    case 'busy':
      return busy(path, cause);
    case 'denied':
      return denied(path, cause);
    default:
      return new GatewayError('link/failed', `${path}: the port could not be opened`, { cause });
  }
}

function missing(path: string, cause: unknown, names: readonly string[]): GatewayError {
  const there =
    names.length === 0 ? 'this machine has no serial ports now' : `ports that are here: ${names.slice(0, 8).join(', ')}`;
  return new GatewayError('link/not-found', `${path}: there is no such port; ${there}`, {
    cause,
    details: { ports: names.join(' ') },
  });
}

/** Another program has the port. Which, is found out as far as this user may see it. */
export async function busy(path: string, cause: unknown): Promise<GatewayError> {
  const holder = onLinux ? await findHolder(path) : undefined;
  if (!holder) return new GatewayError('link/busy', `${path}: another program uses the port`, { cause });
  if (holder.pid === process.pid) {
    return new GatewayError('link/busy', `${path}: the gateway itself already uses this port for another device`, {
      cause,
      remedy: 'Give devices that share one Modbus line the same path and settings; no other devices can share a port.',
    });
  }
  return new GatewayError('link/busy', `${path}: the program ${holder.name} (process ${holder.pid}) uses the port`, {
    cause,
    details: { process: holder.pid, program: holder.name },
    remedy: `Close ${holder.name} (process ${holder.pid}); the gateway then takes the port by itself.`,
  });
}

/** The user may not open the port: says which group may, and how to join it. */
export async function denied(path: string, cause: unknown): Promise<GatewayError> {
  if (!onLinux) return new GatewayError('link/not-permitted', `${path}: the gateway may not open the port`, { cause });
  const owner = await ownerOf(path);
  const user = await userName();
  // No `G` bit means the group could not open it either: then joining the group is no remedy.
  if (!owner?.groupMay) {
    return new GatewayError('link/not-permitted', `${path}: the user ${user} may not open the port`, {
      cause,
      remedy: `Give the user ${user} read and write access to ${path}, for example by a udev rule.`,
    });
  }
  return new GatewayError(
    'link/not-permitted',
    `${path}: the user ${user} is not in the group ${owner.group} that owns the port`,
    {
      cause,
      details: { group: owner.group, user },
      remedy: `Run "sudo usermod -aG ${owner.group} ${user}", then sign in again or restart the gateway.`,
    },
  );
}
