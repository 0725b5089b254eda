import type { ReactNode } from 'react';
import type { FunctionRulesView } from '../../../core/contract/function-views.ts';
import type { FunctionView } from '../../../core/contract/views.ts';
import { formatBytes, formatCount, formatDuration } from '../../text/format.ts';
import { code as text } from '../../text/function-code.ts';
import { functionDetail } from '../../text/functions.ts';
import { MEGA } from './state.ts';

function orderOf(rules: FunctionRulesView, concurrency: number): string {
  if (rules.order === null) return text.noOrder(concurrency === 1);
  return text.orders[rules.order] ?? text.orderLevel(rules.order);
}

function instancesOf({ lifetime, concurrency }: FunctionView, { keepWarm, idleMs }: FunctionRulesView): string {
  if (lifetime === 'long-lived') return text.oneInstance;
  const most = formatCount(concurrency);
  return keepWarm >= concurrency ? text.instancesWarm(most) : text.instances(most, formatCount(keepWarm), formatDuration(idleMs));
}

/** What the deployment document says of the function, in words. */
export function HowItRuns(props: { row: FunctionView; rules: FunctionRulesView }): ReactNode {
  const { row, rules } = props;
  const { facts } = text;
  return (
    <section className="sheet">
      <header className="sheet-head">
        <h2>{text.how}</h2>
      </header>
      <dl className="facts sheet-body">
        <dt>{facts.code}</dt>
        <dd className={rules.code === 'inline' ? undefined : 'mono'}>{rules.code === 'inline' ? text.inline : rules.code}</dd>
        <dt>{facts.handler}</dt>
        <dd className="mono">{rules.handler}</dd>
        <dt>{facts.encoding}</dt>
        <dd>{text.encodings[rules.encoding] ?? rules.encoding}</dd>
        <dt>{facts.isolation}</dt>
        <dd>
          {functionDetail.isolations[row.isolation]}, {functionDetail.lifetimes[row.lifetime]}
        </dd>
        <dt>{facts.instances}</dt>
        <dd className="num">{instancesOf(row, rules)}</dd>
        <dt>{facts.order}</dt>
        <dd>{orderOf(rules, row.concurrency)}</dd>
        <dt>{facts.full}</dt>
        <dd>{text.whenFull[rules.whenFull] ?? rules.whenFull}</dd>
        <dt>{facts.retries}</dt>
        <dd>{text.retries(formatCount(rules.retries), rules.deadLetter)}</dd>
        <dt>{facts.scratch}</dt>
        <dd className="num">{formatBytes(rules.scratchMb * MEGA)}</dd>
        <dt>{facts.start}</dt>
        <dd>{rules.onStart ? text.onStart : text.notOnStart}</dd>
        <dt>{facts.env}</dt>
        <dd className={rules.env.length > 0 ? 'mono' : undefined}>{rules.env.length > 0 ? rules.env.join(', ') : text.noEnv}</dd>
      </dl>
    </section>
  );
}
