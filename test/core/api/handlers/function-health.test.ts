import { describe, expect, it } from 'vitest';
import { functionHealth, isFailing } from '../../../../core/api/handlers/function-health.ts';
import type { FunctionView } from '../../../../core/contract/views.ts';
import { functionRows } from '../../../fakes/fake-function-rows.ts';

const NOW = 1_000_000;

function view(state: FunctionView['state'], failedAgoMs: number | null): FunctionView {
  const [row] = functionRows(1, 0);
  if (!row) throw new Error('the fake has no function');
  const lastError = {
    code: 'function/failed',
    message: 'm',
    remedy: 'r',
    stack: '',
    at: NOW - (failedAgoMs ?? 0),
    eventTopic: null,
    eventText: null,
  } as const;
  return { ...row, state, lastError: failedAgoMs === null ? null : lastError };
}

describe('the health of a function', () => {
  it.each([
    ['running', null, false, 'ok'],
    ['running', 1000, true, 'degraded'],
    ['running', 120_000, false, 'ok'],
    ['restarting', null, true, 'degraded'],
    ['parked', null, true, 'offline'],
    ['paused', null, false, 'paused'],
    ['starting', null, false, 'starting'],
  ] as const)('%s, last failure %s ms ago: failing %s, %s', (state, failedAgoMs, failing, health) => {
    expect(isFailing(view(state, failedAgoMs), NOW)).toBe(failing);
    expect(functionHealth(view(state, failedAgoMs), NOW)).toBe(health);
  });
});
