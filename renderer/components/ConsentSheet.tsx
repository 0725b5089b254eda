import { type ReactNode, useState } from 'react';
import { useStore } from 'zustand';
import type { Problem } from '../hooks/use-call.ts';
import { useConsole } from '../stores/context.tsx';
import { common } from '../text/common.ts';
import { consent as text } from '../text/consent.ts';
import { Button } from './Button.tsx';
import { TextField } from './Choices.tsx';
import './consent.css';
import { Dialog } from './Dialog.tsx';
import { ProblemNotice } from './Notices.tsx';

/** Longest name that the gateway takes. */
const BY_MAX = 80;

/**
 * Says what a tool will do to the devices on a line before it takes it, and asks who does it. Only `onAgree` may start the tool: its `by`
 * is what the calls with `consent: true` want. The name is remembered for this screen, so that agreeing is one touch. Draw it only while
 * it asks; `problem` shows why the tool could not start.
 */
export function ConsentSheet(props: {
  title: string;
  /** Whole sentences: what is paused, what is sent, what can go wrong. */
  effects: readonly string[];
  /** What the button does: `Take the line`. */
  action: string;
  busy?: boolean;
  problem?: Problem | null;
  onAgree: (by: string) => void;
  onClose: () => void;
  /** More to choose before agreeing. */
  children?: ReactNode;
}): ReactNode {
  const { settings } = useConsole();
  const remembered = useStore(settings, (s) => s.person);
  const [by, setBy] = useState(remembered === '' ? text.byDefault : remembered);
  const name = by.trim();
  function agree(): void {
    if (name === '') return;
    settings.setState({ person: name });
    props.onAgree(name);
  }
  return (
    <Dialog
      open
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            {common.cancel}
          </Button>
          <Button kind="primary" busy={props.busy === true} disabled={name === ''} data-autofocus onClick={agree}>
            {props.action}
          </Button>
        </>
      }
    >
      <div className="stack">
        <ul className="consent-effects" aria-label={text.effects}>
          {props.effects.map((effect) => (
            <li key={effect}>{effect}</li>
          ))}
        </ul>
        {props.children}
        <TextField
          id="consent-by"
          label={text.by}
          value={by}
          onChange={(value) => setBy(value.slice(0, BY_MAX))}
          {...(name === '' ? { error: text.needBy } : { hint: text.byHint })}
        />
        {props.problem && <ProblemNotice problem={props.problem} />}
      </div>
    </Dialog>
  );
}
