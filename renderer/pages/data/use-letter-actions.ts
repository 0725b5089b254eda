import { useState } from 'react';
import { saveFile } from '../../components/save-file.ts';
import { problemOf, useCall } from '../../hooks/use-call.ts';
import { useConsole } from '../../stores/context.tsx';
import { refused as text } from '../../text/dead-letters.ts';
import { formatCount } from '../../text/format.ts';

export interface LetterActions {
  readonly busy: boolean;
  readonly exporting: boolean;
  /** These or all (null); resolves with whether it went well. */
  readonly retry: (ids: readonly number[] | null) => Promise<boolean>;
  readonly discard: (ids: readonly number[] | null) => Promise<boolean>;
  /** All of them as a file of JSON lines. */
  readonly exportAll: () => Promise<void>;
}

/** What can be done with refused messages; what came of it is said as a toast. */
export function useLetterActions(onChanged: () => void): LetterActions {
  const { api, clock, toasts } = useConsole();
  const [exporting, setExporting] = useState(false);
  const retry = useCall('deadletter.retry', {
    onDone: ({ count }) => {
      toasts.say(text.retryDone(formatCount(count)));
      onChanged();
    },
  });
  const discard = useCall('deadletter.discard', {
    onDone: ({ count }) => {
      toasts.say(text.discardDone(formatCount(count)));
      onChanged();
    },
  });
  async function exportAll(): Promise<void> {
    setExporting(true);
    try {
      const parts: string[] = [];
      let before: number | null = null;
      do {
        const page: { text: string; next: number | null } = await api.call('deadletter.export', { before });
        parts.push(page.text.endsWith('\n') || page.text === '' ? page.text : `${page.text}\n`);
        before = page.next;
      } while (before !== null);
      const lines = parts.join('');
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      saveFile(`refused-messages-${day}.jsonl`, lines, 'application/x-ndjson');
      toasts.say(text.exported(formatCount(lines.split('\n').length - 1)));
    } catch (error) {
      const problem = problemOf(error);
      toasts.fail(`${text.exportFailed} ${problem.what}`, problem.remedy);
    } finally {
      setExporting(false);
    }
  }
  return {
    busy: retry.busy || discard.busy,
    exporting,
    retry: (ids) => retry.run({ ids: ids === null ? null : [...ids] }),
    discard: (ids) => discard.run({ ids: ids === null ? null : [...ids] }),
    exportAll,
  };
}
