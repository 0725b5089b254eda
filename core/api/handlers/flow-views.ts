import type { BooksView, FlowEdgeView, FlowNodeView, Health } from '../../contract/views.ts';
import type { Edge } from '../../router/router.ts';
import { functionHealth } from './function-health.ts';
import type { GatewayRuntime } from './runtime.ts';

const clients = (n: number): string => (n === 1 ? '1 client' : `${n} clients`);

/** The parties of the Flows picture: every device and function, and the fixed parties that a subscription names. */
export function flowNodes(runtime: GatewayRuntime): readonly FlowNodeView[] {
  const used = new Set(runtime.router.routes().flatMap((route) => [route.config.source, route.config.target]));
  const rates = (id: string): { inPerS: number; outPerS: number } => runtime.router.rateOf(id);
  const cloud = runtime.cloud();
  const broker = runtime.broker()?.status();
  const store = runtime.store.health();
  const cloudHealth: Health = cloud.state === 'connected' ? 'ok' : cloud.state === 'connecting' ? 'starting' : 'offline';
  const fixed: readonly FlowNodeView[] = [
    {
      id: 'local',
      kind: 'local',
      label: 'Local clients',
      health: 'ok',
      detail: clients(broker?.clients.length ?? 0),
      ...rates('local'),
    },
    {
      id: 'cloud',
      kind: 'cloud',
      label: cloud.state === 'not-configured' ? 'Cloud (not set up)' : 'Cloud',
      health: cloudHealth,
      detail: cloud.endpoint,
      ...rates('cloud'),
    },
    {
      id: 'history',
      kind: 'history',
      label: 'History',
      health: store.state === 'ok' ? 'ok' : 'degraded',
      detail: 'trends on this gateway',
      ...rates('history'),
    },
    { id: 'alarms', kind: 'alarms', label: 'Alarms', health: 'ok', detail: 'shown on the screen', ...rates('alarms') },
  ];
  return [
    ...[...runtime.devices()].map(([id, device]): FlowNodeView => {
      const view = device.view();
      return {
        id: `device:${id}`,
        kind: 'device',
        label: view.name,
        health: view.health,
        detail: view.connection,
        ...rates(`device:${id}`),
      };
    }),
    ...[...runtime.functions()].map(([name, one]): FlowNodeView => {
      const view = one.view();
      return {
        id: `function:${name}`,
        kind: 'function',
        label: name,
        health: functionHealth(view, runtime.clock.now()),
        detail: view.description,
        ...rates(`function:${name}`),
      };
    }),
    ...fixed.filter((node) => used.has(node.id)),
  ];
}

function problemOf(
  edge: Edge,
  books: BooksView,
  targets: ReadonlyMap<string, FlowNodeView>,
): { health: Health; problem: string } {
  const { config, lastFault } = edge.route;
  if (lastFault) return { health: 'degraded', problem: `${lastFault.message} ${lastFault.remedy}` };
  const target = targets.get(config.target);
  if (!target) return { health: 'offline', problem: `The target ${config.target} is not there.` };
  if (books.waiting >= config.queue.size)
    return {
      health: 'degraded',
      problem: `The queue is full (${config.queue.size} messages): ${target.label} is slower than its sources.`,
    };
  if (config.target.startsWith('function:') && target.health === 'offline')
    return { health: 'offline', problem: `${target.label} is parked; its events are dropped.` };
  return { health: 'ok', problem: '' };
}

/** The subscriptions as edges, with rate, books and what is wrong. A source `device:*` gives one edge per device that has sent. */
export function flowEdges(runtime: GatewayRuntime): readonly FlowEdgeView[] {
  const now = runtime.clock.monotonic();
  const targets = new Map(flowNodes(runtime).map((node) => [node.id, node]));
  return runtime.router.edges().map((edge) => {
    const { config, books, waiting } = edge.route;
    const view = books.view(waiting);
    return {
      id: edge.id,
      subscription: config.id,
      from: edge.from,
      to: config.target,
      subject: config.subject,
      perS: Math.round(edge.rate.perS(now) * 10) / 10,
      lastAt: edge.lastAt,
      ...problemOf(edge, view, targets),
      queueSize: config.queue.size,
      whenFull: config.queue.whenFull,
      books: view,
    };
  });
}
