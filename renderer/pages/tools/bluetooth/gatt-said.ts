import type { GattTreeView, ToolLineView } from '../../../../core/contract/field-views.ts';

/** What a characteristic said last. */
export interface Said {
  readonly value: string;
  readonly words: string;
}

type Service = GattTreeView['services'][number];
/** A device may have a characteristic in two services: the pair names it. */
export const nameInCalls = (service: Service, uuid: string): string => `${service.uuid}/${uuid}`;

const partsOf = (row: ToolLineView): { readonly of: string; readonly words: string } => {
  const at = row.decoded.indexOf(': ');
  return at < 0 ? { of: '', words: row.decoded } : { of: row.decoded.slice(0, at), words: row.decoded.slice(at + 2) };
};

/** The newest value of each characteristic that was read or came by itself. */
export function newestSaid(rows: readonly ToolLineView[]): ReadonlyMap<string, Said> {
  const newest = new Map<string, Said>();
  for (const row of rows) {
    if (row.direction !== 'in') continue;
    const { of, words } = partsOf(row);
    newest.set(of, { value: row.bytes, words });
  }
  return newest;
}

/** The rows with the names of the characteristics, where they have one. */
export function namedRows(rows: readonly ToolLineView[], tree: GattTreeView): readonly ToolLineView[] {
  const names = new Map(
    tree.services.flatMap((service) =>
      service.characteristics.map(({ uuid, name }): [string, string] => [nameInCalls(service, uuid), name]),
    ),
  );
  return rows.map((row) => {
    const { of, words } = partsOf(row);
    const name = names.get(of) ?? '';
    return name === '' ? row : { ...row, decoded: `${name}: ${words}` };
  });
}
