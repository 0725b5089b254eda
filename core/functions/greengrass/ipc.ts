/** What `aws-greengrass-ipc-sdk-js` exports as `module.exports` (contract 1.1). No method throws; each callback is called once, later. */
export interface IpcClient {
  /** Starts the work. GGRouter, GGShadowService and GGSecretManager are told by the function part of the ARN, whatever its account and version. */
  postWork(
    arn: string,
    payload: string | Uint8Array | ArrayBuffer | undefined,
    clientContext: string,
    type: 'Event' | 'RequestResponse',
    done: (error: Error | null, invocationId?: string) => void,
  ): void;
  /** The result of what `postWork` began; kept until asked for, at most 1,000 and 5 minutes. */
  getWorkResult(
    arn: string,
    invocationId: string,
    done: (error: Error | null, body?: Uint8Array | string, functionError?: string, statusCode?: number) => void,
  ): void;
  /** Of the old runtime's own loop: answered with an error that says that the gateway does this part. */
  getWork(arn: string, done: (error: Error) => void): void;
  postWorkResult(arn: string, payload: unknown, invocationId: string, done: (error: Error) => void): void;
  postHandlerErr(arn: string, error: string, invocationId: string, done: (error: Error) => void): void;
}
