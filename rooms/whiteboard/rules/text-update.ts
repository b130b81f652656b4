/**
 * What a Yjs update holds, in its first format. Read here because Yjs' own reader makes whatever it is told to: a document for each
 * one in an update, which takes a hundred times as long as text, and values that nest deeper than they can be written again.
 */

const GC = 0;
const SKIP = 10;
const DELETED = 1;
const TEXT = 4;
const LOOK = 6;
const KIND_BITS = 0x1f;
const HAS_LEFT = 0x80;
const HAS_RIGHT = 0x40;
const HAS_KEY = 0x20;
/** Longest value of a look, such as a colour or an address, as JSON. */
const MAX_LOOK_BYTES = 2048;

/** Whether an update holds text, its looks and what was deleted, and nothing else. That Yjs can read it is not said. */
export function isOfText(update: Uint8Array): boolean {
  try {
    readStructs(new Reader(update));
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function readStructs(reader: Reader): void {
  for (let clients = reader.number(); clients > 0; clients--) {
    let structs = reader.number();
    reader.id();
    for (; structs > 0; structs--) readStruct(reader);
  }
}

function readStruct(reader: Reader): void {
  const info = reader.byte();
  const kind = info & KIND_BITS;
  if (kind !== GC && info !== SKIP) readPlace(reader, info);
  if (kind === TEXT) reader.text();
  else if (kind === LOOK) readLook(reader);
  else if (kind === GC || kind === DELETED || info === SKIP) reader.number();
  else throw new RangeError(`Expected text, got ${kind}.`);
}

/** Between which two it stands; where it stands between none, in what. */
function readPlace(reader: Reader, info: number): void {
  if ((info & HAS_LEFT) !== 0) reader.id();
  if ((info & HAS_RIGHT) !== 0) reader.id();
  if ((info & (HAS_LEFT | HAS_RIGHT)) !== 0) return;
  if (reader.number() === 1) reader.text();
  else reader.id();
  if ((info & HAS_KEY) !== 0) reader.text();
}

function readLook(reader: Reader): void {
  reader.text();
  if (reader.text() > MAX_LOOK_BYTES) throw new RangeError(`Expected at most ${MAX_LOOK_BYTES} bytes.`);
}

/** Reads on, and throws a RangeError where there is nothing more. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError("It ends too early.");
    return byte;
  }

  /** Seven bits a byte, the lowest first. */
  number(): number {
    let number = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte();
      number += (byte & 0x7f) * factor;
      if (number > Number.MAX_SAFE_INTEGER) throw new RangeError("It is too large.");
      if (byte < 0x80) return number;
    }
  }

  id(): void {
    this.number();
    this.number();
  }

  /** Passes over a text; returns how many bytes it has. */
  text(): number {
    const length = this.number();
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError("It ends too early.");
    return length;
  }
}
