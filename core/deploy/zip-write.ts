import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** 2.0: deflate and folders. Made on Unix, so that the mode bits count. */
const VERSION = 20;
const MADE_BY = (3 << 8) | VERSION;
const UTF8_NAMES = 1 << 11;
const DEFLATED = 8;
const STORED = 0;
/** 1 January 1980, 00:00, the first time that a zip can say: the same content is to be the same file, whenever it is packed. */
const DATE = (1 << 5) | 1;

/** One file to pack. */
export interface PackedFile {
  /** From the root of the package, with "/". */
  readonly name: string;
  readonly executable: boolean;
  read(): Promise<Buffer>;
}

interface Facts {
  readonly name: Buffer;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly bytes: number;
}

/** The fields that both headers share, from the needed version on (APPNOTE 4.3.7 and 4.3.12). */
function shared(facts: Facts): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(VERSION, 0);
  bytes.writeUInt16LE(UTF8_NAMES, 2);
  bytes.writeUInt16LE(facts.method, 4);
  bytes.writeUInt16LE(DATE, 8);
  bytes.writeUInt32LE(facts.crc, 10);
  bytes.writeUInt32LE(facts.packed, 14);
  bytes.writeUInt32LE(facts.bytes, 18);
  bytes.writeUInt16LE(facts.name.length, 22);
  return bytes;
}

function centralHeader(facts: Facts, offset: number, executable: boolean): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt32LE(CENTRAL, 0);
  head.writeUInt16LE(MADE_BY, 4);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(((executable ? 0o100755 : 0o100644) << 16) >>> 0, 6);
  tail.writeUInt32LE(offset, 10);
  return Buffer.concat([head, shared(facts), tail, facts.name]);
}

function endOf(count: number, size: number, offset: number): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(END, 0);
  bytes.writeUInt16LE(count, 8);
  bytes.writeUInt16LE(count, 10);
  bytes.writeUInt32LE(size, 12);
  bytes.writeUInt32LE(offset, 16);
  return bytes;
}

const byName = (a: PackedFile, b: PackedFile): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/**
 * Packs files, one after the other, in order of their names and with one fixed time: equal content gives equal bytes.
 * At most 65,535 files and 4 GB, which the limits of a package keep far from. `write` gets the pieces in their order.
 */
export async function writeZip(files: readonly PackedFile[], write: (bytes: Buffer) => Promise<void>): Promise<void> {
  const directory: Buffer[] = [];
  let offset = 0;
  const put = async (bytes: Buffer): Promise<void> => {
    await write(bytes);
    offset += bytes.length;
  };
  for (const file of [...files].sort(byName)) {
    const content = await file.read();
    const deflated = await deflate(content);
    const isSmaller = deflated.length < content.length;
    const body = isSmaller ? deflated : content;
    const facts: Facts = {
      name: Buffer.from(file.name, 'utf8'),
      method: isSmaller ? DEFLATED : STORED,
      crc: crc32(content),
      packed: body.length,
      bytes: content.length,
    };
    directory.push(centralHeader(facts, offset, file.executable));
    const head = Buffer.alloc(4);
    head.writeUInt32LE(LOCAL, 0);
    await put(Buffer.concat([head, shared(facts), facts.name, body]));
  }
  const start = offset;
  const central = Buffer.concat(directory);
  await put(central);
  await put(endOf(files.length, central.length, start));
}
