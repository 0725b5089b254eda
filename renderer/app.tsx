import { type ReactNode, Suspense } from 'react';
import { Button } from './components/Button.tsx';
import { EmptyNotice, Skeleton } from './components/Notices.tsx';
import { PageGuard } from './components/PageGuard.tsx';
import { AppFrame } from './frame/AppFrame.tsx';
import { go, useRoute } from './hooks/use-route.ts';
import { PAGES } from './pages/registry.ts';
import { type Console, ConsoleProvider } from './stores/context.tsx';
import { notFound } from './text/pages.ts';

function CurrentPage(): ReactNode {
  const route = useRoute();
  const entry = PAGES.find((page) => page.id === (route.page || 'overview'));
  if (!entry) {
    return (
      <EmptyNotice
        page
        title={notFound.title}
        body={notFound.body}
        action={<Button onClick={() => go('overview')}>{notFound.action}</Button>}
      />
    );
  }
  return (
    <PageGuard key={`${entry.id}/${route.rest.join('/')}`}>
      <Suspense fallback={<Skeleton rows={6} />}>
        <entry.Page rest={route.rest} query={route.query} />
      </Suspense>
    </PageGuard>
  );
}

/** The whole console around what it is given: api, clock, settings. */
export function App(props: { value: Console }): ReactNode {
  return (
    <ConsoleProvider value={props.value}>
      <AppFrame>
        <CurrentPage />
      </AppFrame>
    </ConsoleProvider>
  );
}
