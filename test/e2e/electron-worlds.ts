/**
 * What runs inside the browser for `electron-page.ts`. These functions are sent as text: they may use nothing but their arguments.
 */

export interface Codec {
  encode(value: unknown): string;
  decode(text: string): unknown;
}

/** JSON for what structured clone carries between processes: dates, bytes, maps, sets, bigints, undefined and odd numbers keep their type. */
export function makeCodec(): Codec {
  type Tagged = { $: string; v?: unknown };
  const pack = (value: unknown): unknown => {
    if (value === undefined) return { $: 'undefined' };
    if (typeof value === 'bigint') return { $: 'bigint', v: String(value) };
    if (typeof value === 'number' && !Number.isFinite(value)) return { $: 'number', v: String(value) };
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(pack);
    if (value instanceof Date) return { $: 'date', v: value.getTime() };
    if (value instanceof Uint8Array) return { $: 'bytes', v: [...value] };
    if (value instanceof Map) return { $: 'map', v: [...value].map(([key, item]) => [pack(key), pack(item)]) };
    if (value instanceof Set) return { $: 'set', v: [...value].map(pack) };
    return { $: 'object', v: Object.entries(value).map(([key, item]) => [key, pack(item)]) };
  };
  const unpack = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(unpack);
    if (typeof value !== 'object' || value === null) return value;
    const { $, v } = value as Tagged;
    const pairs = (): [string, unknown][] =>
      (v as [string, unknown][]).map(([key, item]) => [unpack(key) as string, unpack(item)]);
    if ($ === 'bigint') return BigInt(String(v));
    if ($ === 'number') return Number(v);
    if ($ === 'date') return new Date(Number(v));
    if ($ === 'bytes') return Uint8Array.from(v as number[]);
    if ($ === 'map') return new Map(pairs());
    if ($ === 'set') return new Set((v as unknown[]).map(unpack));
    return $ === 'object' ? Object.fromEntries(pairs()) : undefined;
  };
  return { encode: (value) => JSON.stringify(pack(value)), decode: (text) => unpack(JSON.parse(text)) };
}

type AnyFunction = (...args: unknown[]) => unknown;
export interface Peer {
  /** A value for the other world: data is cloned, a function becomes a number that the other world can call. */
  out(value: unknown): unknown;
  in(value: unknown): unknown;
  tell(message: unknown): void;
}

/**
 * One end of the bridge between the preload's world and the page's. Both share the document but no objects, as in Electron:
 * messages are events with text, which are delivered at once, so that calls return values and throw.
 */
export function makePeer(codec: Codec, sendOn: string, listenOn: string, onTold: (message: unknown) => void): Peer {
  const mine = new Map<number, AnyFunction>();
  let replies: { ok: boolean; value: unknown }[] = [];
  const post = (message: unknown): boolean => window.dispatchEvent(new CustomEvent(sendOn, { detail: codec.encode(message) }));
  const out = (value: unknown): unknown => {
    if (typeof value !== 'function') {
      try {
        return { data: structuredClone(value) };
      } catch {
        throw new Error('An object could not be cloned.'); // Electron's words
      }
    }
    mine.set(mine.size + 1, value as AnyFunction);
    return { call: mine.size };
  };
  const take = (value: unknown): unknown => {
    const { call, data } = value as { call?: number; data?: unknown };
    if (call === undefined) return data;
    return (...args: unknown[]) => {
      post({ kind: 'call', call, args: args.map(out) });
      const reply = replies.pop();
      if (!reply) throw new Error('the other world did not answer');
      if (!reply.ok) throw new Error(String(reply.value));
      return take(reply.value);
    };
  };
  window.addEventListener(listenOn, (event) => {
    const message = codec.decode((event as CustomEvent<string>).detail) as {
      kind: string;
      call: number;
      args: unknown[];
      ok: boolean;
      value: unknown;
    };
    if (message.kind === 'call') {
      try {
        post({ kind: 'reply', ok: true, value: out(mine.get(message.call)?.(...message.args.map(take))) });
      } catch (error) {
        post({ kind: 'reply', ok: false, value: error instanceof Error ? error.message : String(error) });
      }
    } else if (message.kind === 'reply') replies = [...replies, message];
    else onTold(message.value);
  });
  return { out, in: take, tell: (value) => void post({ kind: 'tell', value }) };
}

export interface Names {
  readonly toPage: string;
  readonly toPreload: string;
  /** The CDP binding that takes messages to the main process, in the preload's world only. */
  readonly binding: string;
  readonly deliver: string;
}

/** The page's side of contextBridge: makes the exposed object, frozen and not replaceable. */
export function pageWorld(codec: Codec, peerOf: typeof makePeer, names: Names): void {
  const peer = peerOf(codec, names.toPreload, names.toPage, (told) => {
    const { name, members } = told as { name: string; members: [string, unknown][] };
    const api = Object.freeze(Object.fromEntries(members.map(([key, value]) => [key, peer.in(value)])));
    Object.defineProperty(window, name, { value: api, enumerable: true, writable: false, configurable: false });
  });
}

/** The preload's world: `require('electron')` and `process` as a sandboxed preload has them. */
export function preloadWorld(codec: Codec, peerOf: typeof makePeer, names: Names, argv: string[], preload: AnyFunction): void {
  const peer = peerOf(codec, names.toPage, names.toPreload, () => {});
  const listeners = new Map<string, AnyFunction[]>();
  const world = globalThis as unknown as Record<string, (text: string) => void>;
  const electron = {
    contextBridge: {
      exposeInMainWorld: (name: string, api: object) =>
        peer.tell({ name, members: Object.entries(api).map(([key, value]) => [key, peer.out(value)]) }),
    },
    ipcRenderer: {
      send: (channel: string, ...args: unknown[]) => {
        let copies: unknown;
        try {
          copies = structuredClone(args);
        } catch {
          throw new Error('An object could not be cloned.');
        }
        world[names.binding]?.(codec.encode([channel, copies]));
      },
      on: (channel: string, listener: AnyFunction) => {
        listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      },
    },
  };
  world[names.deliver] = (text) => {
    const [channel, args] = codec.decode(text) as [string, unknown[]];
    for (const listener of listeners.get(channel) ?? []) listener({ sender: electron.ipcRenderer }, ...args);
  };
  const require = (name: string): unknown => {
    if (name === 'electron') return electron;
    throw new Error(`module not found: ${name}`);
  };
  const module = { exports: {} };
  preload(require, module, module.exports, { argv, platform: 'linux', versions: {} });
}
