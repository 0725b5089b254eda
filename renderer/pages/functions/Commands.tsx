import Pause from 'lucide-react/icons/pause';
import Play from 'lucide-react/icons/play';
import RotateCcw from 'lucide-react/icons/rotate-ccw';
import { type ReactNode, useState } from 'react';
import type { FunctionView } from '../../../core/contract/views.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { useCall } from '../../hooks/use-call.ts';
import { common } from '../../text/common.ts';
import { formatCount } from '../../text/format.ts';
import { functionDetail as text } from '../../text/functions.ts';

/** Restart and pause are asked about first, for they disturb the work; resuming and restarting what is parked are not. */
export function Commands(props: { row: FunctionView }): ReactNode {
  const { row } = props;
  const { name } = row;
  const [asking, setAsking] = useState<'restart' | 'pause' | null>(null);
  const close = (): void => setAsking(null);
  const paused = row.state === 'paused';
  const restart = useCall('function.restart', { done: text.restarted(name), onDone: close });
  const pause = useCall('function.pause', { done: paused ? text.resumed(name) : text.paused(name), onDone: close });
  const idle = row.state === 'parked';
  return (
    <div className="row">
      <Button
        kind={idle ? 'primary' : 'plain'}
        busy={restart.busy}
        icon={<RotateCcw size={18} aria-hidden="true" />}
        onClick={() => (idle ? void restart.run({ name }) : setAsking('restart'))}
      >
        {text.restart}
      </Button>
      {paused ? (
        <Button
          kind="primary"
          busy={pause.busy}
          icon={<Play size={18} aria-hidden="true" />}
          onClick={() => void pause.run({ name, paused: false })}
        >
          {text.resume}
        </Button>
      ) : (
        <Button icon={<Pause size={18} aria-hidden="true" />} disabled={idle} onClick={() => setAsking('pause')}>
          {text.pause}
        </Button>
      )}
      <Dialog
        open={asking !== null}
        title={asking === 'pause' ? text.pauseTitle(name) : text.restartTitle(name)}
        onClose={close}
        actions={
          <>
            <Button kind="quiet" onClick={close}>
              {common.cancel}
            </Button>
            <Button
              kind="primary"
              busy={restart.busy || pause.busy}
              onClick={() => void (asking === 'pause' ? pause.run({ name, paused: true }) : restart.run({ name }))}
            >
              {asking === 'pause' ? text.pause : text.restart}
            </Button>
          </>
        }
      >
        <p>{asking === 'pause' ? text.pauseBody(formatCount(row.queueSize)) : text.restartBody}</p>
      </Dialog>
    </div>
  );
}
