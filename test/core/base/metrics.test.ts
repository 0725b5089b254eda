import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../core/base/metrics.ts';

describe('the figures', () => {
  it('are exposed in Prometheus’ text format, families together', () => {
    const metrics = createMetrics();
    metrics.counter('a_total', 'As', { kind: 'x' }).add(2);
    metrics.gauge('b_bytes', 'Bs', () => 1.5);
    metrics.counter('a_total', 'As', { kind: 'y', more: 'z' }).add();
    metrics.collect('c', 'gauge', 'Cs', () => [{ labels: { id: '1' }, value: 3 }]);
    expect(metrics.expose()).toBe(
      [
        '# HELP a_total As',
        '# TYPE a_total counter',
        'a_total{kind="x"} 2',
        'a_total{kind="y",more="z"} 1',
        '# HELP b_bytes Bs',
        '# TYPE b_bytes gauge',
        'b_bytes 1.5',
        '# HELP c Cs',
        '# TYPE c gauge',
        'c{id="1"} 3',
        '',
      ].join('\n'),
    );
  });

  it('are one for the same name and labels', () => {
    const metrics = createMetrics();
    metrics.counter('a', 'A', { k: 'v' }).add();
    metrics.counter('a', 'A', { k: 'v' }).add();
    metrics.counter('a', 'A').add(5);
    expect([metrics.counter('a', 'A', { k: 'v' }).value, metrics.counter('a', 'A').value]).toEqual([2, 5]);
  });

  it('have their labels and help escaped', () => {
    const metrics = createMetrics();
    metrics.counter('a', 'back\\slash\nline', { k: 'a"b\\c\nd' }).add();
    expect(metrics.expose()).toBe('# HELP a back\\\\slash\\nline\n# TYPE a counter\na{k="a\\"b\\\\c\\nd"} 1\n');
  });

  it('write infinity as Prometheus reads it, and survive a figure that cannot be read', () => {
    const metrics = createMetrics();
    metrics.gauge('a', 'A', () => Number.POSITIVE_INFINITY, { k: '1' });
    metrics.gauge('a', 'A', () => Number.NEGATIVE_INFINITY, { k: '2' });
    metrics.gauge(
      'a',
      'A',
      () => {
        throw new Error('odd');
      },
      { k: '3' },
    );
    expect(metrics.expose().split('\n').slice(2, 5)).toEqual(['a{k="1"} +Inf', 'a{k="2"} -Inf', 'a{k="3"} NaN']);
  });

  it('go away with their owner, but not when another one has taken the place', () => {
    const metrics = createMetrics();
    const remove = metrics.gauge('a', 'A', () => 1);
    metrics.gauge('a', 'A', () => 2);
    remove();
    expect(metrics.expose()).toContain('\na 2\n');
    const other = createMetrics();
    other.gauge('a', 'A', () => 1)();
    expect(other.expose()).not.toContain('a 1');
  });
});
