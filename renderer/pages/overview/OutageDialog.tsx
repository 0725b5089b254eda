import CloudOff from 'lucide-react/icons/cloud-off';
import Scissors from 'lucide-react/icons/scissors';
import type { ReactNode } from 'react';
import type { LineState } from '../../../core/contract/views.ts';
import { Dialog } from '../../components/Dialog.tsx';
import { ProblemNotice } from '../../components/Notices.tsx';
import { useCall } from '../../hooks/use-call.ts';
import { useConsole } from '../../stores/context.tsx';
import { overview } from '../../text/overview.ts';

const text = overview.outage;

function Option(props: { icon: ReactNode; title: string; body: string; busy: boolean; onChoose: () => void }): ReactNode {
  return (
    <button type="button" className="outage-option" disabled={props.busy} onClick={props.onChoose}>
      {props.icon}
      <span>
        <strong>{props.title}</strong>
        <span className="outage-body">{props.body}</span>
      </span>
    </button>
  );
}

/** Says what an outage will look like, then makes one of two kinds. */
export function OutageDialog(props: { open: boolean; onClose: () => void }): ReactNode {
  const { toasts } = useConsole();
  const { run, busy, problem, clear } = useCall('line.set', { inline: true });
  async function set(state: LineState): Promise<void> {
    if (!(await run({ state }))) return;
    toasts.say(state === 'cut' ? overview.cloud.cutDone : overview.cloud.blackholeDone);
    props.onClose();
  }
  function close(): void {
    clear();
    props.onClose();
  }
  return (
    <Dialog open={props.open} title={text.title} onClose={close}>
      <div className="stack">
        <p>{text.intro}</p>
        <div>
          <h3>{text.what}</h3>
          <ol className="outage-steps">
            {text.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </div>
        {problem && <ProblemNotice problem={problem} />}
        <Option
          icon={<Scissors size={22} aria-hidden="true" />}
          title={text.cut}
          body={text.cutBody}
          busy={busy}
          onChoose={() => void set('cut')}
        />
        <Option
          icon={<CloudOff size={22} aria-hidden="true" />}
          title={text.blackhole}
          body={text.blackholeBody}
          busy={busy}
          onChoose={() => void set('blackhole')}
        />
      </div>
    </Dialog>
  );
}
