const FUNCTION_ARN = /^(arn:aws[a-z-]*:lambda:[a-z0-9-]*:\d*:function:([A-Za-z0-9_-]+))(?::([A-Za-z0-9_$-]+))?$/;

/**
 * The parts of a function's ARN, as `aws-greengrass-common-js` gives them (contract 1.1). Region and account may be empty: those of the
 * system functions are. Throws for anything else, a bare name too.
 */
export class FunctionArnFields {
  readonly unqualifiedArn: string;
  readonly name: string;
  /** Version or alias; undefined where the ARN has none. */
  readonly qualifier: string | undefined;

  constructor(arn: unknown) {
    const found = typeof arn === 'string' ? FUNCTION_ARN.exec(arn) : null;
    if (!found?.[1] || !found[2])
      throw new Error(
        `"${String(arn).slice(0, 200)}" is not the ARN of a function: arn:aws:lambda:<region>:<account>:function:<name>[:<version>]`,
      );
    this.unqualifiedArn = found[1];
    this.name = found[2];
    this.qualifier = found[3];
  }
}

/** The opposite of `FunctionArnFields`; without a qualifier the ARN stays as it is. */
export const buildFunctionArn = (unqualifiedArn: string, qualifier?: string | null): string =>
  qualifier === undefined || qualifier === null || qualifier === '' ? unqualifiedArn : `${unqualifiedArn}:${qualifier}`;
