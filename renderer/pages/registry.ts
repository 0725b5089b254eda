import DatabaseZap from 'lucide-react/icons/database-zap';
import LayoutDashboard from 'lucide-react/icons/layout-dashboard';
import Microchip from 'lucide-react/icons/microchip';
import Package from 'lucide-react/icons/package';
import ScrollText from 'lucide-react/icons/scroll-text';
import SquareFunction from 'lucide-react/icons/square-function';
import Workflow from 'lucide-react/icons/workflow';
import Wrench from 'lucide-react/icons/wrench';
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import { pageNames } from '../text/pages.ts';
import type { PageProps } from './page.ts';

export type PageId = keyof typeof pageNames;

export interface PageEntry {
  readonly id: PageId;
  readonly label: string;
  readonly short: string;
  readonly Icon: typeof Package;
  readonly Page: LazyExoticComponent<ComponentType<PageProps>>;
}

/** The pages in the order of the rail; each is loaded when it is first opened. Its place is also its shortcut (Alt+1 ...). */
export const PAGES: readonly PageEntry[] = [
  {
    id: 'overview',
    ...pageNames.overview,
    Icon: LayoutDashboard,
    Page: lazy(async () => ({ default: (await import('./overview/OverviewPage.tsx')).OverviewPage })),
  },
  {
    id: 'devices',
    ...pageNames.devices,
    Icon: Microchip,
    Page: lazy(async () => ({ default: (await import('./devices/DevicesPage.tsx')).DevicesPage })),
  },
  {
    id: 'flows',
    ...pageNames.flows,
    Icon: Workflow,
    Page: lazy(async () => ({ default: (await import('./flows/FlowsPage.tsx')).FlowsPage })),
  },
  {
    id: 'functions',
    ...pageNames.functions,
    Icon: SquareFunction,
    Page: lazy(async () => ({ default: (await import('./functions/FunctionsPage.tsx')).FunctionsPage })),
  },
  {
    id: 'deployments',
    ...pageNames.deployments,
    Icon: Package,
    Page: lazy(async () => ({ default: (await import('./deployments/DeploymentsPage.tsx')).DeploymentsPage })),
  },
  {
    id: 'data',
    ...pageNames.data,
    Icon: DatabaseZap,
    Page: lazy(async () => ({ default: (await import('./data/DataPage.tsx')).DataPage })),
  },
  {
    id: 'logs',
    ...pageNames.logs,
    Icon: ScrollText,
    Page: lazy(async () => ({ default: (await import('./logs/LogsPage.tsx')).LogsPage })),
  },
  {
    id: 'tools',
    ...pageNames.tools,
    Icon: Wrench,
    Page: lazy(async () => ({ default: (await import('./tools/ToolsPage.tsx')).ToolsPage })),
  },
];
