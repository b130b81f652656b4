import assert from "node:assert/strict";
import { seededRandom } from "../../../src/clock/clock.ts";
import { Junk, MAX_RECORD_BYTES, RecordReader } from "../../../src/trunk/record-reader.ts";
import {
  bare,
  closedRecord,
  closeRecord,
  type Downward,
  framesHead,
  leadRecord,
  messageRecord,
  openRecord,
  readDownward,
  readUpward,
  refusedRecord,
  roundTripRecord,
  takenRecord,
  ticketRecord,
  type Upward,
} from "../../../src/trunk/records.ts";

const SEED = Number(process.env["TRUNK_SEED"] ?? (process.env["CI"] === "true" ? 1 : Date.now() % 1_000_000));
const OPENING = {
  url: "/b/room?sessionId=s",
  headers: { origin: "https://a.b", "set-cookie": ["a", "b"] },
  address: "::1",
};
const PAYLOAD = Buffer.alloc(70_000, 7);

const UPWARD: readonly Upward[] = [
  { kind: "open", channel: 1, opening: OPENING },
  { kind: "message", channel: 2 ** 32 - 1, isBinary: true, payload: PAYLOAD },
  { kind: "message", channel: 2, isBinary: false, payload: Buffer.from("é") },
  { kind: "message", channel: 2, isBinary: true, payload: Buffer.alloc(0) },
  { kind: "closed", channel: 3, code: 4010 },
  { kind: "roundTrip", channel: 4, ms: 1.5 },
  {
    kind: "taken",
    records: 2 ** 40,
    waiting: [
      [5, 6],
      [7, 8],
    ],
  },
  { kind: "held", channel: 6 },
  { kind: "ping" },
  { kind: "pong" },
];
const TICKET = { sessionId: "s", token: "t", user: { userId: "é" } };
const DOWNWARD: readonly Downward[] = [
  { kind: "opened", channel: 1 },
  { kind: "refused", channel: 2, status: 503, answer: Buffer.from("later") },
  { kind: "frames", channels: [1, 2, 3], bytes: PAYLOAD },
  { kind: "close", channel: 3, code: 4010, reason: "é" },
  { kind: "cut", channel: 4 },
  { kind: "pause", channel: 5 },
  { kind: "resume", channel: 5 },
  { kind: "hold", channel: 6 },
  { kind: "release", channel: 6 },
  { kind: "ticket", channel: 6, ticket: TICKET },
  { kind: "lead", channel: 6, to: "boot", ticket: TICKET },
];
const UPWARD_BYTES = Buffer.concat([
  openRecord(1, OPENING),
  messageRecord(2 ** 32 - 1, PAYLOAD, true),
  messageRecord(2, Buffer.from("é"), false),
  messageRecord(2, Buffer.alloc(0), true),
  closedRecord(3, 4010),
  roundTripRecord(4, 1.5),
  takenRecord(2 ** 40, [
    [5, 6],
    [7, 8],
  ]),
  bare("held", 6),
  bare("ping"),
  bare("pong"),
]);
const DOWNWARD_BYTES = Buffer.concat([
  bare("opened", 1),
  refusedRecord(2, 503, "later"),
  framesHead([{ id: 1 }, { id: 2 }, { id: 3 }], PAYLOAD.length),
  PAYLOAD,
  closeRecord(3, 4010, "é"),
  bare("cut", 4),
  bare("pause", 5),
  bare("resume", 5),
  bare("hold", 6),
  bare("release", 6),
  ticketRecord(6, TICKET),
  leadRecord(6, "boot", TICKET),
]);

/** What is read of `bytes` that come in pieces as long as `nextLength` says. */
function readAll<Kind>(bytes: Buffer, read: (kind: number, body: Buffer) => Kind, nextLength: () => number): Kind[] {
  const records: Kind[] = [];
  const reader = new RecordReader((kind, body) => records.push(read(kind, Buffer.from(body))));
  for (let at = 0; at < bytes.length; ) {
    const length = nextLength();
    reader.take(bytes.subarray(at, at + length));
    at += length;
  }
  return records;
}

describe(`records of a trunk (TRUNK_SEED=${SEED})`, () => {
  const random = seededRandom(SEED);
  const below = (bound: number): number => Math.floor(random() * bound);

  it("arrive as they were sent", () => {
    assert.deepEqual(
      readAll(UPWARD_BYTES, readUpward, () => UPWARD_BYTES.length),
      UPWARD,
    );
    assert.deepEqual(
      readAll(DOWNWARD_BYTES, readDownward, () => DOWNWARD_BYTES.length),
      DOWNWARD,
    );
  });

  it("arrive as they were sent wherever the stream is cut", () => {
    for (let run = 0; run < 50; run++) {
      const longest = 2 ** (1 + below(16));
      assert.deepEqual(
        readAll(UPWARD_BYTES, readUpward, () => 1 + below(longest)),
        UPWARD,
      );
      assert.deepEqual(
        readAll(DOWNWARD_BYTES, readDownward, () => 1 + below(longest)),
        DOWNWARD,
      );
    }
  });

  it("[FLT3] are none where their length is none or over the bound, and nothing is kept for them", () => {
    for (const length of [0, MAX_RECORD_BYTES + 1, 2 ** 32 - 1]) {
      const header = Buffer.alloc(4);
      header.writeUInt32BE(length);

      assert.throws(() => readAll(header, readUpward, () => 4), Junk);
      assert.throws(() => readAll(header, readUpward, () => 1), Junk);
    }
  });

  it("[FLT3] are refused where they are cut short or hold junk, and never read past their end", () => {
    const kinds = new Set<string>();
    let refused = 0;
    for (let run = 0; run < 20_000; run++) {
      const body = Buffer.from(Array.from({ length: below(24) }, () => (random() < 0.5 ? 0 : below(256))));
      for (const read of [readUpward, readDownward]) {
        try {
          kinds.add(read(below(20), body).kind);
        } catch (error) {
          assert.ok(error instanceof Error);
          refused++;
        }
      }
    }

    assert.ok(refused > 1000);
    assert.ok(kinds.size > 8, [...kinds].join());
  });

  it("[FLT3] of a client that is to be led are refused where they are not what they should be", () => {
    for (const junk of ["", "{", '{"to":"b"}', '{"sessionId":1,"token":"t"}', '{"to":1,"ticket":{}}']) {
      const body = Buffer.concat([Buffer.alloc(4), Buffer.from(junk)]);

      for (const kind of [18, 19]) assert.throws(() => readDownward(kind, body));
    }
  });

  it("[FLT3] of an opening are refused where they are not what they should be", () => {
    for (const junk of ["", "{", "[]", '{"url":1}', '{"url":"/","headers":{"a":1},"address":""}']) {
      const body = Buffer.concat([Buffer.alloc(4), Buffer.from(junk)]);

      assert.throws(() => readUpward(3, body));
    }
  });
});
