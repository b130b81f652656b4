import assert from "node:assert/strict";
import type { WireFrame } from "../../../src/transport/wire-frame.ts";
import { type Gatherer, Writer } from "../../../src/transport/writer.ts";

/** A connection that gathers what it is given and keeps each buffer that it writes. */
class Gathering implements Gatherer {
  readonly written: Buffer[] = [];
  readonly #writer: Writer;
  #frames: WireFrame[] = [];

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  send(payload: Uint8Array): void {
    if (this.#frames.length === 0) this.#writer.enlist(this);
    this.#frames.push(this.#writer.frame(payload));
  }

  flush(join: (frames: readonly WireFrame[]) => Buffer): void {
    this.written.push(join(this.#frames));
    this.#frames = [];
  }
}

const turn = (): Promise<void> => Promise.resolve();
const payload = (...bytes: number[]): Uint8Array => new Uint8Array([15, ...bytes]);

describe("the writer", () => {
  let writer: Writer;
  let first: Gathering;
  let second: Gathering;
  beforeEach(() => {
    writer = new Writer();
    [first, second] = [new Gathering(writer), new Gathering(writer)];
  });

  it("has each connection write once a turn, after everything that was sent in it", async () => {
    for (const bytes of [payload(1), payload(2), payload(3)]) first.send(bytes);
    assert.equal(first.written.length, 0);

    await turn();

    assert.deepEqual(
      first.written.map((bytes) => [...bytes]),
      [[0x82, 2, 15, 1, 0x82, 2, 15, 2, 0x82, 2, 15, 3]],
    );
  });

  it("writes the turns one by one", async () => {
    first.send(payload(1));
    await turn();
    first.send(payload(2));
    await turn();

    assert.equal(first.written.length, 2);
  });

  it("hands the frame of a broadcast to every connection as one and the same buffer", async () => {
    const shared = payload(1);
    for (const connection of [first, second]) connection.send(shared);

    await turn();

    assert.equal(first.written[0], second.written[0]);
  });

  it("joins equal lists of frames once", async () => {
    for (const shared of [payload(1), payload(2)]) for (const connection of [first, second]) connection.send(shared);

    await turn();

    assert.equal(first.written[0], second.written[0]);
  });

  it("joins lists that differ for each connection", async () => {
    const shared = payload(1);
    for (const connection of [first, second]) connection.send(shared);
    second.send(payload(2));

    await turn();

    assert.deepEqual(
      [first, second].map(({ written }) => written[0]?.byteLength),
      [4, 8],
    );
  });

  it("[OUT2] frames a payload anew in the next turn, when its bytes are others", async () => {
    const reused = payload(1);
    first.send(reused);
    await turn();
    reused[1] = 2;
    first.send(reused);
    await turn();

    assert.deepEqual(
      first.written.map((bytes) => bytes[3]),
      [1, 2],
    );
  });
});
