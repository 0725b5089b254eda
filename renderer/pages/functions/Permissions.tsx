import type { ReactNode } from 'react';
import type { FunctionRulesView } from '../../../core/contract/function-views.ts';
import { StateIcon } from '../../components/StateBadge.tsx';
import { code as text } from '../../text/function-code.ts';

type Allowed = FunctionRulesView['permissions'];

const LISTS = [
  'replies',
  'invokedBy',
  'invoke',
  'secrets',
  'readDevices',
  'commandDevices',
  'history',
  'readFiles',
  'writeFiles',
] as const;
const SWITCHES = ['schedule', 'awsCredentials'] as const;
/** What is started by these is not held to the rest. */
const LOOPHOLES = ['childProcesses', 'workers', 'addons'] as const;

function Names(props: { names: readonly string[]; note?: string }): ReactNode {
  if (props.names.length === 0) return <span className="muted">{text.nothing}</span>;
  return (
    <>
      <span className="mono">{props.names.join(', ')}</span>
      {props.note !== undefined && <span className="small muted function-line">{props.note}</span>}
    </>
  );
}

function rowsOf(allowed: Allowed): readonly (readonly [label: string, value: ReactNode])[] {
  const shadows = allowed.shadows.map((one) => text.shadow(one.thing, one.name, one.access));
  return [
    [
      text.rules.publish,
      <Names key="publish" names={allowed.publish} {...(!allowed.publishDeclared && { note: text.derived })} />,
    ],
    ...LISTS.filter((rule) => rule === 'invokedBy' || allowed[rule].length > 0).map((rule): [string, ReactNode] => [
      text.rules[rule],
      <Names key={rule} names={allowed[rule]} />,
    ]),
    ...(shadows.length > 0 ? [[text.rules.shadows, <Names key="shadows" names={shadows} />] as const] : []),
    ...SWITCHES.filter((rule) => allowed[rule]).map((rule): [string, ReactNode] => [text.rules[rule], text.yes]),
    ...LOOPHOLES.filter((rule) => allowed[rule]).map((rule): [string, ReactNode] => [
      text.rules[rule],
      <span key={rule} className="row">
        <StateIcon tone="warn" size={16} />
        {text.undone}
      </span>,
    ]),
  ];
}

/** What the function may do beyond its own work; what is not named is denied. */
export function Permissions(props: { rules: FunctionRulesView; isolation: 'thread' | 'process' }): ReactNode {
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.permissions}</h2>
      </header>
      <div className="sheet-body stack">
        <dl className="facts">
          {rowsOf(props.rules.permissions).map(([label, value]) => [
            <dt key={`${label} name`}>{label}</dt>,
            <dd key={label}>{value}</dd>,
          ])}
        </dl>
        <p className="small muted">
          {text.denied} {props.isolation === 'thread' ? text.thread : text.process}
        </p>
      </div>
    </section>
  );
}
