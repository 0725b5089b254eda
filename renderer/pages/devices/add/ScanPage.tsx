import Square from 'lucide-react/icons/square';
import { type ReactNode, useState } from 'react';
import type { ScanView } from '../../../../core/contract/commission-views.ts';
import { Button } from '../../../components/Button.tsx';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { ConsentSheet } from '../../../components/ConsentSheet.tsx';
import { ErrorNotice } from '../../../components/Notices.tsx';
import { useCall, useQuery } from '../../../hooks/use-call.ts';
import { useRow } from '../../../hooks/use-table.ts';
import { scan as text } from '../../../text/add-device.ts';
import { formatCount, formatDuration } from '../../../text/format.ts';
import { ScanFound } from './ScanFound.tsx';
import { ScanProgress } from './ScanProgress.tsx';
import { NothingChosen, StepHead } from './StepHead.tsx';
import { linesOf, PLANS, type Plan, searchOf } from './scan-plan.ts';
import { type AddingState, useAdding } from './use-adding.ts';

const RUNS: readonly ScanView['state'][] = ['claiming', 'listening', 'sweeping', 'identifying'];
const EFFECTS = Object.values(text.effects);

type Link = NonNullable<AddingState['link']>;

/** How thoroughly to search, what that costs in time, and the consent before it. */
function PlanSheet(props: { link: Link; again: boolean }): ReactNode {
  const { link } = props;
  const adding = useAdding();
  const [plan, setPlan] = useState<Plan>('usual');
  const [several, setSeveral] = useState(false);
  const [asking, setAsking] = useState(false);
  const search = searchOf(plan, link);
  const estimate = useQuery('scan.estimate', {
    lines: linesOf(search),
    units: search.units.to - search.units.from + 1,
    timeoutMs: search.timeoutMs,
    listenMs: search.listenMs,
  });
  const { run, busy, problem } = useCall('scan.start', {
    inline: true,
    onDone: ({ scan }) => {
      setAsking(false);
      adding.set({ scan });
    },
  });
  const words = several ? text.estimateAll : text.estimate;
  const bodies = link.kind === 'serial' || link.kind === 'rfc2217' ? text.planBody : text.planTcp;
  function start(by: string): void {
    adding.set({ agreedBy: by });
    void adding.book.inTurn(() => run({ link, ...search, stopAtFirst: !several, by, consent: true }));
  }
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2 className="grow">{text.plan}</h2>
        <SegmentedControl
          label={text.plan}
          value={plan}
          choices={PLANS.map((value) => ({ value, label: text.plans[value] }))}
          onChange={setPlan}
        />
      </header>
      <div className="sheet-body stack">
        <p>{bodies[plan]}</p>
        <p className="muted num" role="status">
          {estimate.data ? words(formatCount(estimate.data.probes), formatDuration(estimate.data.atMostMs)) : ' '}
        </p>
        <div className="row row-wrap">
          <Button kind={props.again ? 'plain' : 'primary'} onClick={() => setAsking(true)}>
            {props.again ? text.again : text.start}
          </Button>
          <label className="tick">
            <input type="checkbox" checked={several} onChange={(event) => setSeveral(event.target.checked)} />
            {text.several}
          </label>
        </div>
      </div>
      {asking && (
        <ConsentSheet
          title={text.consentTitle}
          effects={EFFECTS}
          action={text.consentAction}
          busy={busy}
          problem={problem}
          onAgree={start}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

function Stop(props: { scan: string }): ReactNode {
  const { run, busy } = useCall('scan.stop');
  return (
    <Button busy={busy} icon={<Square size={18} aria-hidden="true" />} onClick={() => void run({ scan: props.scan })}>
      {text.stop}
    </Button>
  );
}

function Search(props: { link: Link }): ReactNode {
  const adding = useAdding();
  const row = useRow('scans', adding.scan ?? '');
  const runs = row !== undefined && RUNS.includes(row.state);
  return (
    <div className="page">
      <StepHead step="scan" title={text.title} actions={runs && row ? <Stop scan={row.id} /> : undefined} />
      {row && <ScanProgress scan={row} running={runs} />}
      {row?.fault && <ErrorNotice what={row.fault.message} meaning={text.failed} remedy={row.fault.remedy} />}
      {row && (row.found.length > 0 || row.state === 'done') && <ScanFound scan={row} />}
      {!runs && <PlanSheet link={props.link} again={row !== undefined} />}
    </div>
  );
}

/** The guided search of a line: plan, consent, progress, what answered. */
export function ScanPage(): ReactNode {
  const { link } = useAdding();
  return link === null ? <NothingChosen /> : <Search link={link} />;
}
