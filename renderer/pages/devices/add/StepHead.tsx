import ArrowLeft from 'lucide-react/icons/arrow-left';
import Check from 'lucide-react/icons/check';
import type { ReactNode } from 'react';
import { Button } from '../../../components/Button.tsx';
import { EmptyNotice } from '../../../components/Notices.tsx';
import { go, href } from '../../../hooks/use-route.ts';
import { add as text } from '../../../text/add-device.ts';
import { hrefStep, type Step, stepsOf, useAdding } from './use-adding.ts';

/**
 * The head of a step: what is being added, which step this is, the way back, and the way on (`actions`). `adapter` is for the step that
 * has yet to make it known.
 */
export function StepHead(props: { step: Step; title: string; actions?: ReactNode; adapter?: string }): ReactNode {
  const adding = useAdding();
  const steps = stepsOf(props.adapter === undefined ? adding : { ...adding, adapter: props.adapter });
  const at = steps.indexOf(props.step);
  const before = steps[at - 1];
  return (
    <div className="page-head step-head">
      <a
        className="button"
        data-kind="quiet"
        data-icon-only
        href={before === undefined ? href('devices', 'add') : hrefStep(before, adding.where)}
        aria-label={text.previous}
        title={text.previous}
      >
        <ArrowLeft size={20} aria-hidden="true" />
      </a>
      <div className="step-title grow">
        <h1 className="clip">{props.title}</h1>
        <p className="small muted clip">{adding.title}</p>
      </div>
      <ol className="steps" aria-label={text.steps}>
        {steps.map((step, i) => (
          <li key={step} data-state={i < at ? 'done' : i === at ? 'now' : 'later'} aria-current={i === at ? 'step' : undefined}>
            <span className="step-mark num" aria-hidden="true">
              {i < at ? <Check size={14} /> : i + 1}
            </span>
            <span className="step-name">{text.step[step]}</span>
          </li>
        ))}
      </ol>
      {props.actions !== undefined && <div className="row step-actions">{props.actions}</div>}
    </div>
  );
}

/** A step that was opened by its address, with nothing chosen before. */
export function NothingChosen(): ReactNode {
  return (
    <EmptyNotice
      page
      title={text.lost}
      body={text.lostBody}
      action={<Button onClick={() => go('devices', 'add')}>{text.lostAction}</Button>}
    />
  );
}
