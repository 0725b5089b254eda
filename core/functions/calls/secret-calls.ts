import type { SdkHandlers } from './call-desk.ts';
import type { DeskDeps } from './desk-deps.ts';

export function secretCalls({ gatekeeper, host }: DeskDeps): Pick<SdkHandlers, 'secret.get'> {
  /** Name and ARN are one secret, whichever of them the document and the function say. What is not there is refused before it is told. */
  function demand(id: string): void {
    const known = host.secrets.list().find((one) => one.name === id || one.arn === id);
    const other = known ? [known.name, known.arn].find((one) => one !== id) : undefined;
    try {
      gatekeeper.demand({ kind: 'secret', id });
    } catch (cause) {
      if (other === undefined) throw cause;
      try {
        gatekeeper.demand({ kind: 'secret', id: other });
      } catch {
        throw cause;
      }
    }
  }
  return {
    async 'secret.get'({ id, stage }) {
      demand(id);
      const { arn, name, versionId, stages, createdAt, value } = await host.secrets.get(id, stage);
      return {
        ARN: arn,
        Name: name,
        VersionId: versionId,
        ...('text' in value
          ? { SecretString: value.text }
          : { SecretBinary: Buffer.from(value.bytes.buffer, value.bytes.byteOffset, value.bytes.byteLength).toString('base64') }),
        VersionStages: stages,
        CreatedDate: createdAt / 1000,
      };
    },
  };
}
