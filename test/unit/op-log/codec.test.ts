import assert from "node:assert/strict";
import fc from "fast-check";
import { ArenaError } from "../../../src/errors/errors.ts";
import {
  type BatchContent,
  decodeBatch,
  decodeSnapshot,
  encodeBatch,
  encodeSnapshot,
  type Mark,
  type Snapshot,
  TornError,
  wireAfter,
} from "../../../src/op-log/codec.ts";
import { decode, encode } from "../../../src/op-log/msgpack.ts";
import { RecordParts } from "../../../src/op-log/record-parts.ts";
import type { OpEntry } from "../../../src/protocol/protocol.ts";

const REST = { outcomes: ["commit", "adjusted"], owners: ["user:u1", "key:k"] } as const;

describe("a batch in bytes", () => {
  it("comes back as it was, with what clients need not know", () => {
    const entries = [entry(5), entry(6, { effects: [{ t: "set", v: { a: [1, "ü"] } }] })];

    const { entries: read, outcomes, owners } = decodeBatch(encodeBatch(entries, REST).bytes);

    assert.deepEqual({ entries: read, outcomes, owners }, { entries, ...REST });
  });

  it("tells its place and its time", () => {
    const { from, to, ts } = encodeBatch([entry(5, { ts: 1 }), entry(6, { ts: 2 ** 41 })], REST);

    assert.deepEqual({ from, to, ts }, { from: 5, to: 6, ts: 2 ** 41 });
  });

  it("shows clients the entries and nothing of their owners", () => {
    const entries = [entry(1), entry(2)];

    const { wire } = encodeBatch(entries, REST);

    assert.deepEqual(decode(wire), { from: 1, to: 2, entries });
  });

  it("gives the same bytes to clients when it is read as when it was made", () => {
    const { wire, bytes } = encodeBatch([entry(1)], REST);

    assert.deepEqual([...decodeBatch(bytes).wire], [...wire]);
  });

  it("[LOG1] keeps its bytes whatever is encoded after it", () => {
    const batch = encodeBatch([entry(1), entry(2)], REST);
    const before = Buffer.from(batch.bytes).toString("hex");

    for (let seq = 3; seq < 2000; seq++) encodeBatch([entry(seq)], REST);

    assert.equal(Buffer.from(batch.bytes).toString("hex"), before);
  });

  it("holds entries that are larger than 64 kB", () => {
    const entries = [entry(1, { effects: [{ text: "x".repeat(200_000), bytes: new Uint8Array(100_000).fill(7) }] })];

    const read = decodeBatch<{ text: string; bytes: Uint8Array }>(encodeBatch(entries, REST).bytes);

    const effect = read.entries[0]?.effects[0];
    assert.equal(effect?.text.length, 200_000);
    assert.deepEqual(new Uint8Array(effect?.bytes ?? []), new Uint8Array(100_000).fill(7));
  });

  it("holds entries of years that a 32-bit number of ms does not reach", () => {
    const ts = Date.UTC(2100, 0, 1);

    assert.equal(decodeBatch(encodeBatch([entry(1, { ts })], REST).bytes).entries[0]?.ts, ts);
  });

  it("[LOG4] gives clients only what they miss where they have some of it", () => {
    const { wire } = encodeBatch([entry(1), entry(2), entry(3)], REST);

    assert.deepEqual(decode(wireAfter(wire, 2)), { from: 3, to: 3, entries: [entry(3)] });
  });

  it("is never empty", () => {
    assert.throws(() => encodeBatch([], REST), { code: "INTERNAL" });
  });

  it("[LOG7] is torn where it is cut off, at whatever length", () => {
    const { bytes } = encodeBatch([entry(1), entry(2)], REST);

    for (let length = 0; length < bytes.byteLength; length++) {
      assert.throws(() => decodeBatch(bytes.subarray(0, length)), TornError, `${length} bytes`);
    }
  });

  it("[LOG7] is never taken where a bit of it is another", () => {
    const { bytes } = encodeBatch([entry(1), entry(2)], REST);

    for (let bit = 0; bit < bytes.byteLength * 8; bit++) {
      assert.throws(() => decodeBatch(withFlippedBit(bytes, bit)), isTornOrCorrupt, `bit ${bit}`);
    }
  });

  it("[LOG7] is never taken where a byte of it is any other", () => {
    const { bytes } = encodeBatch([entry(1), entry(2)], REST);
    fc.assert(
      fc.property(fc.nat(bytes.byteLength - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ change : byte));
        assert.throws(() => decodeBatch(damaged), isTornOrCorrupt);
      }),
    );
  });

  it("[LOG7] is damaged, not torn, where its length is another, whatever it claims", () => {
    const { bytes } = encodeBatch([entry(1)], REST);

    assert.throws(() => decodeBatch(withLength(bytes, bytes.byteLength - 1)), { code: "LOG_CORRUPT" });
    assert.throws(() => decodeBatch(withLength(bytes, bytes.byteLength + 1)), { code: "LOG_CORRUPT" });
  });

  it("[LOG7] is damaged where something stands behind it", () => {
    const { bytes } = encodeBatch([entry(1)], REST);

    assert.throws(() => decodeBatch(Buffer.concat([bytes, Buffer.alloc(1)])), { code: "LOG_CORRUPT" });
  });

  it("[LOG7] is not taken for a snapshot, nor a snapshot for a batch", () => {
    assert.throws(() => decodeSnapshot(encodeBatch([entry(1)], REST).bytes), { code: "LOG_CORRUPT" });
    assert.throws(() => decodeBatch(encodeSnapshot(snapshot())), { code: "LOG_CORRUPT" });
  });

  it("reads bytes that stand anywhere in larger memory", () => {
    const { bytes } = encodeBatch([entry(9)], REST);
    const memory = Buffer.concat([Buffer.alloc(3, 1), bytes, Buffer.alloc(3, 1)]);

    assert.deepEqual(decodeBatch(memory.subarray(3, 3 + bytes.byteLength)).entries, [entry(9)]);
  });
});

describe("a snapshot in bytes", () => {
  it("comes back as it was", () => {
    const before = snapshot();

    const { seq, parts, marks } = decodeSnapshot(encodeSnapshot(before));

    assert.deepEqual({ seq, marks }, { seq: before.seq, marks: before.marks });
    assert.deepEqual(
      [...parts].map((part) => [...part]),
      [...before.parts].map((part) => [...part]),
    );
  });

  it("may be of nothing", () => {
    const { seq, parts, marks } = decodeSnapshot(
      encodeSnapshot({ seq: 0, parts: new RecordParts([]), marks: new Map() }),
    );

    assert.deepEqual([seq, [...parts].map(decode), marks.size], [0, [[]], 0]);
  });

  it("[LOG7] is damaged where it is cut off, since it replaces another in one step", () => {
    const bytes = encodeSnapshot(snapshot());

    for (let length = 0; length < bytes.byteLength; length++) {
      assert.throws(() => decodeSnapshot(bytes.subarray(0, length)), { code: "LOG_CORRUPT" }, `${length} bytes`);
    }
  });

  it("[LOG7] is damaged where a bit of it is another", () => {
    const bytes = encodeSnapshot(snapshot());

    for (let bit = 0; bit < bytes.byteLength * 8; bit++) {
      assert.throws(() => decodeSnapshot(withFlippedBit(bytes, bit)), { code: "LOG_CORRUPT" }, `bit ${bit}`);
    }
  });
});

describe("records in parts", () => {
  it("come back in their order from parts of about 64 kB", () => {
    const records = Array.from({ length: 20_000 }, (_, index) => [`r${index}`, { index, text: "text" }] as const);

    const parts = [...new RecordParts(records)];

    const sizes = parts.map(({ byteLength }) => byteLength);
    assert.ok(sizes.length > 5 && Math.max(...sizes) < 66_000, `${sizes}`);
    assert.deepEqual(parts.flatMap(decode), records);
  });

  it("are at least one part, also where there are none", () => {
    assert.deepEqual([...new RecordParts([])].map(decode), [[]]);
  });

  it("give a record that is larger than a part the end of its part", () => {
    const large = { text: "x".repeat(300_000) };

    const parts = [
      ...new RecordParts([
        ["a", { v: 1 }],
        ["b", large],
        ["c", { v: 2 }],
      ]),
    ];

    assert.deepEqual(parts.map(decode), [
      [
        ["a", { v: 1 }],
        ["b", large],
      ],
      [["c", { v: 2 }]],
    ]);
  });

  it("keep ids that are names of JavaScript's own", () => {
    const records = ["__proto__", "constructor", "", "😀"].map((id) => [id, { v: 1 }] as const);

    assert.deepEqual([...new RecordParts(records)].flatMap(decode), records);
  });
});

describe("a plain value in bytes", () => {
  const isKept = (value: unknown): void => assert.deepEqual(decode(encode(value)), value);

  it("keeps every number but the sign of zero", () => {
    const edges = [2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53, 2 ** 53 + 2, -(2 ** 53), 0.1, Number.MIN_VALUE, Number.NaN];
    isKept([...edges, Number.POSITIVE_INFINITY, Number.MAX_VALUE, Number.EPSILON]);

    assert.ok(Object.is(decode(encode(-0)), 0));
  });

  it("keeps any JSON value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary", maxDepth: 5 }), (value) => {
        fc.pre(!JSON.stringify(value).match(/:-0[,}\]]|"__proto__":/));
        isKept(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("keeps bytes", () => {
    const { bytes } = decode(encode({ bytes: Uint8Array.of(0, 127, 128, 255) })) as { bytes: Uint8Array };

    assert.ok(bytes instanceof Uint8Array);
    assert.deepEqual([...bytes], [0, 127, 128, 255]);
  });

  it("keeps what is nested deep", () => {
    let nested: unknown = 1;
    for (let depth = 0; depth < 500; depth++) nested = { nested: [nested] };

    isKept(nested);
  });

  it("makes null of undefined", () => {
    assert.deepEqual(decode(encode({ a: undefined, b: [undefined] })), { a: null, b: [null] });
  });

  it("lets no key reach a prototype", () => {
    const value = decode(encode(JSON.parse('{"__proto__": {"isAdmin": true}, "a": 1}'))) as object;

    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.ok(!("isAdmin" in value));
  });

  it("is the caller's own memory", () => {
    const bytes = encode({ a: 1 });

    assert.deepEqual([bytes.byteOffset, bytes.buffer.byteLength], [0, bytes.byteLength]);
  });
});

describe("any batch in bytes", () => {
  it("comes back as it was", () => {
    const effect = fc.record({ id: fc.string({ unit: "binary" }), v: fc.jsonValue() });
    const content = fc.array(fc.record({ effects: fc.array(effect), ts: fc.nat(2 ** 45) }), { minLength: 1 });
    fc.assert(
      fc.property(content, fc.integer({ min: 1, max: 2 ** 50 }), (pushes, first) => {
        const entries = plain(pushes.map((push, index) => entry(first + index, push)));
        const rest = { outcomes: entries.map(() => "commit" as const), owners: entries.map(() => "ü") };

        const read: BatchContent<unknown> = decodeBatch(encodeBatch(entries, rest).bytes);

        assert.deepEqual({ entries: read.entries, outcomes: read.outcomes, owners: read.owners }, { entries, ...rest });
      }),
    );
  });
});

function entry(seq: number, more: Partial<OpEntry> = {}): OpEntry {
  return { seq, clientId: "c1", n: seq, userId: "u1", ts: 1_700_000_000_000, effects: [{ t: "add" }], ...more };
}

function snapshot(): Snapshot {
  const mark: Mark = { n: 3, seq: 12, outcome: "discard", owner: "user:u1", ts: 1_700_000_000_000 };
  const records = [
    ["a", { v: 1 }],
    ["b", { v: 2 }],
  ] as const;
  return { seq: 12, parts: [...new RecordParts(records), ...new RecordParts([])], marks: new Map([["c1", mark]]) };
}

/** A value without what MessagePack does not tell apart: the sign of zero. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll("__proto__", "proto"), (_, item) => (item === 0 ? 0 : item));
}

function withFlippedBit(bytes: Uint8Array, bit: number): Uint8Array {
  return Uint8Array.from(bytes, (byte, index) => (index === bit >>> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

function withLength(bytes: Uint8Array, length: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(length, 4);
  return copy;
}

function isTornOrCorrupt(error: unknown): boolean {
  return error instanceof TornError || (error instanceof ArenaError && error.code === "LOG_CORRUPT");
}
