import type { ReactNode } from 'react';
import { EmptyNotice } from '../../components/Notices.tsx';
import { pageNames } from '../../text/pages.ts';
import type { PageProps } from '../registry.ts';

export function FunctionsPage(_props: PageProps): ReactNode {
  return <EmptyNotice title={pageNames.functions.label} />;
}
