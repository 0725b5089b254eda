import { describe, expect, it } from 'vitest';
import { buildFunctionArn, FunctionArnFields } from '../../../../core/functions/greengrass/arn.ts';
import { createCommon } from '../../../../core/functions/greengrass/common.ts';
import type { LogLine } from '../../../../core/functions/protocol.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';

const PLAIN = 'arn:aws:lambda:eu-west-1:123456789012:function:Thumb-Nail_2';

function common(env: Readonly<Record<string, string>> = {}) {
  const clock = createManualClock();
  const lines: LogLine[] = [];
  return { clock, lines, ...createCommon({ env, clock, random: () => 1, log: (line) => lines.push(line) }) };
}

describe('FunctionArnFields', () => {
  it.each([
    [PLAIN, 'Thumb-Nail_2', undefined],
    [`${PLAIN}:7`, 'Thumb-Nail_2', '7'],
    [`${PLAIN}:$LATEST`, 'Thumb-Nail_2', '$LATEST'],
    ['arn:aws:lambda:::function:GGRouter', 'GGRouter', undefined],
    ['arn:aws:lambda:::function:GGSecretManager:1', 'GGSecretManager', '1'],
    ['arn:aws-us-gov:lambda:us-gov-west-1:1:function:a:live', 'a', 'live'],
    ['arn:aws:lambda:local:000000000000:function:peak:3', 'peak', '3'],
  ])('reads %s', (arn, name, qualifier) => {
    const fields = new FunctionArnFields(arn);
    expect(fields).toEqual({ unqualifiedArn: arn.split(':').slice(0, 7).join(':'), name, qualifier });
    expect(buildFunctionArn(fields.unqualifiedArn, fields.qualifier)).toBe(arn);
  });

  it.each([['peak'], [''], ['arn:aws:s3:::bucket'], [`${PLAIN}:1:2`], [`${PLAIN}:`], [`${PLAIN}\n`], [undefined], [{}]])(
    'throws for %j',
    (arn) => expect(() => new FunctionArnFields(arn)).toThrow('is not the ARN of a function'),
  );
});

it('gives the variables that the SDK reads, and no others', () => {
  const { envVars } = common({ AUTH_TOKEN: 't', MY_FUNCTION_ARN: PLAIN, PATH: '/bin' });
  expect(envVars).toMatchObject({ AUTH_TOKEN: 't', MY_FUNCTION_ARN: PLAIN });
  expect(Object.keys(envVars).sort()).toEqual([
    'AUTH_TOKEN',
    'ENCODING_TYPE',
    'GGC_MAX_INTERFACE_VERSION',
    'MY_FUNCTION_ARN',
    'ROUTER_FUNCTION_ARN',
    'SECRETS_MANAGER_FUNCTION_ARN',
    'SHADOW_FUNCTION_ARN',
  ]);
});

it.each([
  [undefined, ['info', 'warn', 'error']],
  ['DEBUG', ['debug', 'info', 'warn', 'error']],
  ['WARN', ['warn', 'error']],
  ['FATAL', []],
  ['loud', ['info', 'warn', 'error']],
])('logs from LOG_LEVEL=%s on', (level, levels) => {
  const { logging, lines } = common(level === undefined ? {} : { LOG_LEVEL: level });
  const logger = new logging.LocalWatchLogger();
  logger.debug('a', 1);
  logger.info('a', 1);
  logger.warn('a', 1);
  logger.error('a', 1);
  expect(lines).toEqual(levels.map((one) => [one, 'a 1']));
});

it('knows encodings and versions as the old runtime did', () => {
  const { encodingType, versionParser } = common();
  expect(encodingType).toEqual({ encodingTypeJSON: 'json', encodingTypeBinary: 'binary' });
  expect(versionParser.parseVersion('1.5')).toEqual({ major: 1, minor: 5 });
  expect(() => versionParser.parseVersion('new')).toThrow('is not a version');
});

describe('BackoffRetry', () => {
  type Back = (error: unknown, value?: unknown) => void;
  function retried(failures: number) {
    const { clock, BackoffRetry } = common();
    const seen: number[] = [];
    const gaveUp: unknown[] = [];
    const results: unknown[] = [];
    const self = { factor: 2 };
    function work(this: unknown, n: unknown, done: unknown): void {
      seen.push(clock.monotonic());
      const fails = seen.length <= failures;
      (done as Back)(fails ? `fault ${seen.length}` : null, (this as typeof self).factor * Number(n));
    }
    BackoffRetry(
      work,
      self,
      (error) => gaveUp.push(error),
      50,
      2,
      500,
      10,
      3000,
      true,
    )(21, (error, value) => results.push([error, value]));
    return { clock, seen, gaveUp, results };
  }

  it('tries again, later and later, until it succeeds', async () => {
    const { clock, seen, gaveUp, results } = retried(3);
    const start = seen[0] ?? 0;
    await clock.advance(5000);
    expect(seen.map((at) => at - start)).toEqual([0, 50, 150, 350]);
    expect([results, gaveUp]).toEqual([[[null, 42]], []]);
  });

  it('gives up after its attempts or its time', async () => {
    const { clock, seen, gaveUp, results } = retried(100);
    await clock.advance(60_000);
    expect(seen.length).toBeLessThanOrEqual(10);
    expect(gaveUp).toEqual([`fault ${seen.length}`]);
    expect(results).toEqual([]);
  });
});
