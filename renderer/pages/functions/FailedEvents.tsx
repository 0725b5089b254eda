import RotateCcw from 'lucide-react/icons/rotate-ccw';
import Trash2 from 'lucide-react/icons/trash-2';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { FailedEventView } from '../../../core/contract/function-views.ts';
import type { FunctionView } from '../../../core/contract/views.ts';
import { AskChosen, type Asking } from '../../components/AskChosen.tsx';
import { Button } from '../../components/Button.tsx';
import { PagedSheet } from '../../components/PagedSheet.tsx';
import { useChoosing } from '../../hooks/use-choosing.ts';
import { formatCount } from '../../text/format.ts';
import { failed as text } from '../../text/function-errors.ts';
import { FailedCard, failedColumns } from './failed-columns.tsx';
import { type FailedActions, useFailedActions, useFailedEvents } from './use-failed-events.ts';

const rowId = (row: FailedEventView): string => String(row.id);

function Toolbar(props: {
  row: FunctionView;
  chosen: readonly number[];
  actions: FailedActions;
  onAsk: (asking: Asking) => void;
  onClear: () => void;
}): ReactNode {
  const { row, chosen, actions, onAsk } = props;
  const count = formatCount(chosen.length);
  const isParked = row.state === 'parked';
  const retry = <RotateCcw size={18} aria-hidden="true" />;
  const trash = <Trash2 size={18} aria-hidden="true" />;
  return (
    <div className="page-head failed-head">
      <p className="grow small num">
        {text.held(formatCount(row.failedEvents))}. <span className="muted">{isParked ? text.parked : text.intro}</span>
      </p>
      {chosen.length > 0 ? (
        <>
          <Button kind="quiet" onClick={props.onClear}>
            {text.clear}
          </Button>
          <Button icon={trash} onClick={() => onAsk('discard-chosen')}>
            {text.discardChosen(count)}
          </Button>
          <Button kind="primary" busy={actions.busy} disabled={isParked} icon={retry} onClick={() => void actions.retry(chosen)}>
            {text.retryChosen(count)}
          </Button>
        </>
      ) : (
        <>
          <Button icon={trash} onClick={() => onAsk('discard-all')}>
            {text.discardAll}
          </Button>
          <Button icon={retry} disabled={isParked} onClick={() => onAsk('retry-all')}>
            {text.retryAll}
          </Button>
        </>
      )}
    </div>
  );
}

/** Events that were given up, newest first, loaded page by page; one, some or all can be tried again or discarded. */
export function FailedEvents(props: { row: FunctionView }): ReactNode {
  const { row } = props;
  const { choosing, ids, clear } = useChoosing();
  const [asking, setAsking] = useState<Asking>(null);
  const { rows, problem, news, more, reload } = useFailedEvents(row.name, row.failedEvents);
  const again = useCallback(() => {
    clear();
    reload();
  }, [clear, reload]);
  const actions = useFailedActions(row.name, again);
  const columns = useMemo(() => failedColumns(choosing), [choosing]);
  const card = useCallback((one: FailedEventView): ReactNode => <FailedCard row={one} choosing={choosing} />, [choosing]);
  function title(what: NonNullable<Asking>): string {
    const count = text.held(formatCount(what === 'discard-chosen' ? ids.length : row.failedEvents));
    return what === 'retry-all' ? text.retryTitle(count) : text.discardTitle(count);
  }
  return (
    <>
      {rows !== null && rows.length > 0 && <Toolbar row={row} chosen={ids} actions={actions} onAsk={setAsking} onClear={clear} />}
      <PagedSheet
        label={text.list}
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
    </>
  );
}
