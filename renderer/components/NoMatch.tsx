import type { ReactNode } from 'react';
import { Button } from './Button.tsx';
import { EmptyNotice } from './Notices.tsx';

/** A list of which the search leaves nothing, and the way to see all of it again. */
export function NoMatch(props: {
  words: { readonly noMatch: string; readonly noMatchBody: string; readonly noMatchAction: string };
  onShowAll: () => void;
}): ReactNode {
  const { words } = props;
  return (
    <EmptyNotice
      title={words.noMatch}
      body={words.noMatchBody}
      action={<Button onClick={props.onShowAll}>{words.noMatchAction}</Button>}
    />
  );
}
