import Download from 'lucide-react/icons/download';
import Send from 'lucide-react/icons/send';
import Trash2 from 'lucide-react/icons/trash-2';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { DeadLetterView, StorageView } from '../../../core/contract/outbox-views.ts';
import { AskChosen, type Asking } from '../../components/AskChosen.tsx';
import { Button } from '../../components/Button.tsx';
import { PagedSheet } from '../../components/PagedSheet.tsx';
import { useChoosing } from '../../hooks/use-choosing.ts';
import { useRow } from '../../hooks/use-table.ts';
import { refused as text } from '../../text/dead-letters.ts';
import { formatBytes, formatCount } from '../../text/format.ts';
import { DataTabs } from './DataTabs.tsx';
import { LetterCard, letterColumns } from './letter-columns.tsx';
import { type LetterActions, useLetterActions } from './use-letter-actions.ts';
import { useLetters } from './use-letters.ts';

const rowId = (row: DeadLetterView): string => String(row.id);

function Toolbar(props: {
  letters: StorageView['deadLetters'];
  chosen: readonly number[];
  actions: LetterActions;
  onAsk: (asking: Asking) => void;
  onClear: () => void;
}): ReactNode {
  const { letters, chosen, actions, onAsk } = props;
  const count = formatCount(chosen.length);
  return (
    <div className="page-head data-head letters-head">
      <p className="grow small num">
        {text.held(formatCount(letters.held), formatBytes(letters.bytes))}.{' '}
        <span className="muted">
          {text.bound(formatCount(letters.maxMessages))} {letters.evicted > 0 && text.evicted(formatCount(letters.evicted))}
        </span>
      </p>
      {chosen.length > 0 ? (
        <>
          <Button kind="quiet" onClick={props.onClear}>
            {text.clear}
          </Button>
          <Button icon={<Trash2 size={18} aria-hidden="true" />} onClick={() => onAsk('discard-chosen')}>
            {text.discardChosen(count)}
          </Button>
          <Button
            kind="primary"
            busy={actions.busy}
            icon={<Send size={18} aria-hidden="true" />}
            onClick={() => void actions.retry(chosen)}
          >
            {text.retryChosen(count)}
          </Button>
        </>
      ) : (
        <>
          <Button
            busy={actions.exporting}
            icon={<Download size={18} aria-hidden="true" />}
            onClick={() => void actions.exportAll()}
          >
            {actions.exporting ? text.exporting : text.exportAll}
          </Button>
          <Button icon={<Trash2 size={18} aria-hidden="true" />} onClick={() => onAsk('discard-all')}>
            {text.discardAll}
          </Button>
          <Button icon={<Send size={18} aria-hidden="true" />} onClick={() => onAsk('retry-all')}>
            {text.retryAll}
          </Button>
        </>
      )}
    </div>
  );
}

/** What the far end refused for good, newest first, loaded page by page; one, some or all can be sent again or discarded. */
export function DeadLetterList(): ReactNode {
  const letters = useRow('storage', 'storage')?.deadLetters;
  const { choosing, ids, clear } = useChoosing();
  const [asking, setAsking] = useState<Asking>(null);
  const { rows, problem, news, more, reload } = useLetters(letters);
  const again = useCallback(() => {
    clear();
    reload();
  }, [clear, reload]);
  const actions = useLetterActions(again);
  const columns = useMemo(() => letterColumns(choosing), [choosing]);
  const card = useCallback((row: DeadLetterView): ReactNode => <LetterCard row={row} choosing={choosing} />, [choosing]);
  function title(what: NonNullable<Asking>): string {
    const held = formatCount(letters?.held ?? 0);
    if (what === 'retry-all') return text.retryAllTitle(held);
    return what === 'discard-all' ? text.discardAllTitle(held) : text.discardChosenTitle(formatCount(ids.length));
  }
  return (
    <div className="page page-fill">
      <h1 className="visually-hidden">{text.title}</h1>
      <DataTabs current="refused" />
      <p className="small muted">{text.intro}</p>
      {letters && rows !== null && rows.length > 0 && (
        <Toolbar letters={letters} chosen={ids} actions={actions} onAsk={setAsking} onClear={clear} />
      )}
      <PagedSheet
        label={text.table}
        rows={rows}
        problem={problem}
        news={news}
        columns={columns}
        rowId={rowId}
        card={card}
        words={text}
        onReload={again}
        onMore={more}
      />
      <AskChosen asking={asking} title={title} words={text} chosen={ids} actions={actions} onClose={() => setAsking(null)} />
    </div>
  );
}
