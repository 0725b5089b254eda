import SendHorizontal from 'lucide-react/icons/send-horizontal';
import { type ReactNode, useState } from 'react';
import { Button } from '../../../components/Button.tsx';
import { SegmentedControl } from '../../../components/Choices.tsx';
import { useCall } from '../../../hooks/use-call.ts';
import { terminal as text } from '../../../text/tools.ts';
import { base64Of, LINE_ENDS, type LineEnd, type SendMode, sendBytes } from './send-text.ts';

const RECENT = 10;
const ENDS = Object.keys(LINE_ENDS) as LineEnd[]; // keys of a constant table
const isEnd = (value: string): value is LineEnd => ENDS.some((end) => end === value);

/** What is typed goes to the line, as text or as hex; what was sent before can be taken again. */
export function SendBar(props: { session: string; lost: boolean }): ReactNode {
  const [typed, setTyped] = useState('');
  const [mode, setMode] = useState<SendMode>('text');
  const [end, setEnd] = useState<LineEnd>('crlf');
  const [tried, setTried] = useState(false);
  const [recent, setRecent] = useState<readonly string[]>([]);
  // Inline: a toast would lie over the buttons below until somebody closes it.
  const { run, busy, problem, clear } = useCall('tool.send', { inline: true });
  const made = sendBytes(typed, mode, end);
  const wrong = !made.ok && (tried || (made.fault !== 'empty' && typed !== '')) ? text.fault[made.fault] : '';
  const fault = wrong === '' && problem && !props.lost ? `${problem.what} ${problem.remedy}`.trim() : wrong;
  async function send(): Promise<void> {
    setTried(!made.ok);
    if (!made.ok || props.lost || !(await run({ session: props.session, bytes: base64Of(made.bytes) }))) return;
    setRecent((old) => [typed, ...old.filter((one) => one !== typed && typed !== '')].slice(0, RECENT));
    setTyped('');
  }
  return (
    <form
      className="send"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <span className="small muted tool-label" aria-hidden="true">
        {text.sendAs}
      </span>
      <SegmentedControl
        label={text.sendAs}
        value={mode}
        choices={(['text', 'hex'] as const).map((value) => ({ value, label: text.views[value] }))}
        onChange={setMode}
      />
      <div className="send-field">
        <input
          className="input mono"
          aria-label={text.sendLabel}
          aria-describedby="send-about"
          aria-invalid={fault !== ''}
          placeholder={text.sendLabel}
          value={typed}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          list="send-recent"
          onChange={(event) => {
            setTyped(event.target.value);
            setTried(false);
            clear();
          }}
        />
        <datalist id="send-recent">
          {recent.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <p id="send-about" className={fault === '' ? 'field-hint' : 'field-error'}>
          {fault === '' ? (mode === 'hex' ? text.hintHex : text.hintText) : fault}
        </p>
      </div>
      {mode === 'text' && (
        <select
          className="input"
          aria-label={text.end}
          value={end}
          onChange={(event) => {
            if (isEnd(event.target.value)) setEnd(event.target.value);
          }}
        >
          {ENDS.map((one) => (
            <option key={one} value={one}>
              {text.ends[one]}
            </option>
          ))}
        </select>
      )}
      <Button
        kind="primary"
        type="submit"
        busy={busy}
        disabled={props.lost}
        icon={<SendHorizontal size={18} aria-hidden="true" />}
      >
        {text.send}
      </Button>
    </form>
  );
}
