import Download from 'lucide-react/icons/download';
import Printer from 'lucide-react/icons/printer';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { BackLink } from '../../../components/BackLink.tsx';
import { Button } from '../../../components/Button.tsx';
import { TextField } from '../../../components/Choices.tsx';
import { bytesOf } from '../../../components/HexText.tsx';
import { saveFile } from '../../../components/save-file.ts';
import { useCall } from '../../../hooks/use-call.ts';
import { href } from '../../../hooks/use-route.ts';
import { rowsOf, useRow, useRows } from '../../../hooks/use-table.ts';
import { useConsole } from '../../../stores/context.tsx';
import { report as text } from '../../../text/report.ts';
import { type Frozen, ReportDocument } from './ReportDocument.tsx';
import './report.css';

const TYPES = { pdf: 'application/pdf', html: 'text/html', json: 'application/json' } as const;

/**
 * Saves the report as the gateway makes it: PDF and HTML for the customer, JSON for other programs. A panel's window cannot save files:
 * there the gateway keeps it, and `onKept` hears where.
 */
function Save(props: { frozen: Frozen; format: keyof typeof TYPES; panel: boolean; onKept: (path: string) => void }): ReactNode {
  const { frozen, format, panel } = props;
  const { toasts } = useConsole();
  const { run, busy } = useCall('report.make', {
    onDone: ({ name, text: content, path }) => {
      if (path !== null) return props.onKept(path);
      saveFile(name, format === 'pdf' ? bytesOf(content) : content, TYPES[format]);
      toasts.say(text.saved(name));
    },
  });
  const { by, company, note } = frozen;
  const devices = frozen.devices.map((one) => one.id);
  return (
    <Button
      busy={busy}
      {...(format === 'pdf' && { kind: 'primary' as const })}
      icon={<Download size={18} aria-hidden="true" />}
      onClick={() => void run({ format, by, company, note, devices, keep: panel })}
    >
      {text[format]}
    </Button>
  );
}

function Form(props: { onMake: (frozen: Frozen) => void }): ReactNode {
  const { settings, time } = useConsole();
  const gateway = useRow('gateway', 'gateway');
  const devices = rowsOf(useRows('devices'));
  const person = useStore(settings, (s) => s.person);
  const [by, setBy] = useState(person);
  const [company, setCompany] = useState('');
  const [note, setNote] = useState('');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const chosen = devices.filter((one) => !left.has(one.id));
  function toggle(id: string): void {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    setLeft(next);
  }
  function make(): void {
    settings.setState({ person: by.trim() });
    props.onMake({
      at: time.store.getState().now,
      site: gateway?.site ?? '',
      gateway: gateway?.gatewayName ?? '',
      software: gateway?.version ?? '',
      version: gateway?.deployment.version ?? 0,
      by: by.trim(),
      company: company.trim(),
      note: note.trim(),
      devices: chosen,
    });
  }
  return (
    <section className="sheet sheet-body stack report-form">
      <p>{text.intro}</p>
      <div className="report-fields">
        <TextField
          id="report-by"
          label={text.by}
          value={by}
          onChange={(value) => setBy(value.slice(0, 80))}
          {...(by.trim() === '' ? { hint: text.needBy } : {})}
        />
        <TextField
          id="report-company"
          label={text.company}
          value={company}
          onChange={(value) => setCompany(value.slice(0, 120))}
        />
        <TextField id="report-note" label={text.note} value={note} onChange={(value) => setNote(value.slice(0, 2000))} />
      </div>
      <fieldset className="ticks report-devices">
        <legend className="field-label">{text.devices}</legend>
        {devices.map((device) => (
          <label className="tick" key={device.id}>
            <input type="checkbox" checked={!left.has(device.id)} onChange={() => toggle(device.id)} />
            <span className="clip">{device.name}</span>
          </label>
        ))}
      </fieldset>
      <div>
        <Button kind="primary" disabled={by.trim() === '' || chosen.length === 0} onClick={make}>
          {text.make}
        </Button>
      </div>
    </section>
  );
}

/** The site acceptance report: who and which devices, then the document, to be printed or saved. */
export function ReportPage(): ReactNode {
  const [frozen, setFrozen] = useState<Frozen | null>(null);
  const [kept, setKept] = useState<string | null>(null);
  const panel = window.gatehouse?.kiosk === true;
  const whole = useRef<HTMLDivElement>(null);
  // The button that shows the report stands at the end of a form that may be long.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another document is another place
  useEffect(() => {
    whole.current?.closest('main')?.scrollTo?.(0, 0);
  }, [frozen]);
  function change(to: Frozen | null): void {
    setKept(null);
    setFrozen(to);
  }
  return (
    <div className="page" ref={whole}>
      <div className="page-head report-head">
        <BackLink href={href('devices')} label={text.back} />
        <h1 className="grow">{text.title}</h1>
        {frozen && (
          <div className="row row-wrap">
            <Button onClick={() => change(null)}>{text.change}</Button>
            {!panel && (
              <Button icon={<Printer size={18} aria-hidden="true" />} onClick={() => window.print()}>
                {text.print}
              </Button>
            )}
            {(['json', 'html', 'pdf'] as const).map((format) => (
              <Save key={format} frozen={frozen} format={format} panel={panel} onKept={setKept} />
            ))}
          </div>
        )}
      </div>
      {kept !== null && (
        <p role="status" className="sheet sheet-body report-kept">
          {text.kept(kept)}
        </p>
      )}
      {frozen ? <ReportDocument frozen={frozen} /> : <Form onMake={change} />}
    </div>
  );
}
