export interface ShadowId {
  readonly thing: string;
  /** null: the classic one. */
  readonly name: string | null;
}

/**
 * The local shadows, as functions (and later clients, IPC and the cloud's sync) use them. Bodies are the JSON documents of the shadow
 * topics, exactly (contract 4.1). Until a later issue keeps and syncs them, they are in memory: `core/shadows/memory-shadows.ts`.
 * A refusal is `shadow/refused` with the contract's own words as message and `details.status` (400, 404, 409, 413, ...).
 */
export interface ShadowService {
  /** The body of `get/accepted`. */
  get(id: ShadowId): Promise<Uint8Array>;
  /** The body of `update/accepted`; publishes delta, documents and accepted on the shadow's topics, in this order. */
  update(id: ShadowId, body: Uint8Array): Promise<Uint8Array>;
  /** The body of `delete/accepted`. */
  delete(id: ShadowId): Promise<Uint8Array>;
}
