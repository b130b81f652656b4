import { sizeOf } from "../document/document.ts";
import { encode, packArray } from "./msgpack.ts";

/** The parts of a document, each MessagePack of an array of [id, record]; at least one. An array of them will do. */
export interface Parts extends Iterable<Uint8Array> {
  readonly length: number;
  at(index: number): Uint8Array | undefined;
}

type Pair = readonly [id: string, record: object];

/** Target size of a part. */
const PART_BYTES = 64 * 1024;

/**
 * Records as they are now, in parts that are encoded when they are asked for: records never change, so what was gathered
 * stays a snapshot however long that takes, and a large document need not be encoded at one go.
 */
export class RecordParts implements Parts {
  /** Of each part its records, until it is encoded. */
  readonly #parts: (readonly Pair[] | Uint8Array)[];

  /** @param sizeBytesOf about how large a record is with its id */
  constructor(records: Iterable<Pair>, sizeBytesOf: (pair: Pair) => number = weigh) {
    this.#parts = [...divide(records, sizeBytesOf)];
  }

  get length(): number {
    return this.#parts.length;
  }

  at(index: number): Uint8Array | undefined {
    const part = this.#parts[index];
    if (part === undefined || part instanceof Uint8Array) return part;
    const encoded = packArray(part.map((pair) => encode(pair)));
    this.#parts[index] = encoded;
    return encoded;
  }

  *[Symbol.iterator](): Generator<Uint8Array> {
    for (let index = 0; index < this.length; index++) yield this.at(index) ?? new Uint8Array();
  }
}

function* divide(records: Iterable<Pair>, sizeBytesOf: (pair: Pair) => number): Generator<readonly Pair[]> {
  let part: Pair[] = [];
  let bytes = 0;
  let count = 0;
  for (const pair of records) {
    part.push(pair);
    bytes += sizeBytesOf(pair);
    if (bytes < PART_BYTES) continue;
    yield part;
    count++;
    part = [];
    bytes = 0;
  }
  if (part.length > 0 || count === 0) yield part;
}

function weigh([id, record]: Pair): number {
  return id.length + sizeOf(record);
}
