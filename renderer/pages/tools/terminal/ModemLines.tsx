import type { ReactNode } from 'react';
import type { ToolView } from '../../../../core/contract/field-views.ts';
import { Button } from '../../../components/Button.tsx';
import { ProblemNotice } from '../../../components/Notices.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { terminal as text } from '../../../text/tools.ts';

const SEEN = ['cts', 'dsr', 'dcd'] as const;
const SET = ['dtr', 'rts'] as const;
const BREAK_MS = 250;

function Lamp(props: { name: string; on: boolean }): ReactNode {
  return (
    <span className="lamp">
      <span className="lamp-dot" data-on={props.on || undefined} aria-hidden="true" />
      {props.name} <span className="visually-hidden">{props.on ? text.on : text.off}</span>
    </span>
  );
}

/** Modem lines: those that the other end sets as lamps, those of this end as switches; break and the loopback test. */
export function ModemLines(props: { session: string; view: ToolView | undefined; onTest: () => void }): ReactNode {
  const { session, view } = props;
  const lines = view?.lines ?? null;
  const lost = view?.state === 'lost';
  const set = useCall('tool.lines', { inline: true });
  const breaking = useCall('tool.lines', { done: text.breakDone, inline: true });
  const problem = lost ? null : (set.problem ?? breaking.problem);
  return (
    <section className="modem" aria-label={text.lamps}>
      {lines ? (
        <>
          {SET.map((name) => (
            <Button
              key={name}
              aria-pressed={lines[name]}
              aria-label={text.setLine(name.toUpperCase(), !lines[name])}
              busy={set.busy}
              disabled={lost}
              icon={<span className="lamp-dot" data-on={lines[name] || undefined} aria-hidden="true" />}
              onClick={() => void set.run({ session, [name]: !lines[name] })}
            >
              <span className="mono">{name.toUpperCase()}</span>
            </Button>
          ))}
          {SEEN.map((name) => (
            <Lamp key={name} name={name.toUpperCase()} on={lines[name]} />
          ))}
        </>
      ) : (
        view && !lost && <p className="small muted">{text.noLamps}</p>
      )}
      <span className="grow" />
      {view?.link?.kind !== 'tcp' && (
        <Button
          title={text.breakHint}
          busy={breaking.busy}
          disabled={lost}
          onClick={() => void breaking.run({ session, breakMs: BREAK_MS })}
        >
          {text.break}
        </Button>
      )}
      <Button disabled={lost} onClick={props.onTest}>
        {text.loopback}
      </Button>
      {problem && (
        <div className="modem-problem">
          <ProblemNotice problem={problem} />
        </div>
      )}
    </section>
  );
}
