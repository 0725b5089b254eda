import type { ReactNode } from 'react';
import { AskDialog } from './AskDialog.tsx';

/** What is asked about before it is done to several of a list. */
export type Asking = 'retry-all' | 'discard-all' | 'discard-chosen' | null;

/** Asks before all are tried again, and makes who discards hold the button. Closes when it went well. */
export function AskChosen(props: {
  asking: Asking;
  title: (asking: NonNullable<Asking>) => string;
  words: { readonly retryBody: string; readonly retryAll: string; readonly discardBody: string; readonly discard: string };
  chosen: readonly number[];
  actions: {
    readonly busy: boolean;
    /** These or all (null); resolves with whether it went well. */
    readonly retry: (ids: readonly number[] | null) => Promise<boolean>;
    readonly discard: (ids: readonly number[] | null) => Promise<boolean>;
  };
  onClose: () => void;
}): ReactNode {
  const { asking, words, chosen, actions, onClose } = props;
  const retries = asking === 'retry-all';
  async function act(): Promise<void> {
    const ok = retries ? await actions.retry(null) : await actions.discard(asking === 'discard-all' ? null : chosen);
    if (ok) onClose();
  }
  return (
    <AskDialog
      open={asking !== null}
      title={asking === null ? '' : props.title(asking)}
      body={retries ? words.retryBody : words.discardBody}
      action={retries ? words.retryAll : words.discard}
      hold={!retries}
      busy={actions.busy}
      onAct={() => void act()}
      onClose={onClose}
    />
  );
}
