import assert from "node:assert/strict";
import { sayOp } from "../../../../rooms/chat/chat-op.ts";
import { type ChatRecord, chat, MAX_MESSAGES, messagesOf, type SayOp } from "../../../../rooms/chat/rules/chat.ts";
import { SayRate } from "../../../../rooms/chat/say-rate.ts";
import { MapRecords } from "../../../../src/document/document.ts";

const say = (id: string, text = "hello"): SayOp => ({ t: "say", id, text, name: "Ann" });

describe("a chat", () => {
  let records: MapRecords<ChatRecord>;
  let seq: number;
  beforeEach(() => {
    records = new MapRecords();
    seq = 0;
  });

  const push = (op: SayOp): readonly SayOp[] => {
    const author = { clientId: "c", userId: "ann", n: ++seq };
    const effects = chat.apply(records, op, author);
    for (const effect of effects) chat.evolve(records, effect, { ...author, seq, ts: 1000 + seq });
    return effects;
  };

  it("[CHT1] keeps messages in order, with who said what when", () => {
    push(say("m1"));
    push(say("m2", "again"));

    assert.deepEqual(messagesOf(records), [
      { said: "hello", id: "m1", by: "ann", name: "Ann", at: 1001, n: 0 },
      { said: "again", id: "m2", by: "ann", name: "Ann", at: 1002, n: 1 },
    ]);
  });

  it("[CHT1] takes a message that comes twice once", () => {
    push(say("m1"));

    assert.deepEqual(push(say("m1")), []);
    assert.equal(messagesOf(records).length, 1);
  });

  it("[CHT1] keeps the last 500", () => {
    for (let n = 0; n < MAX_MESSAGES + 10; n++) push(say(`m${n}`));

    assert.equal(records.count, MAX_MESSAGES + 1);
    assert.deepEqual([messagesOf(records)[0]?.id, messagesOf(records).at(-1)?.id], ["m10", "m509"]);
    assert.deepEqual(records.get("$chat"), { count: MAX_MESSAGES + 10 });
  });

  it("[CHT1] takes back nothing", () => {
    assert.equal(chat.invert, undefined);
  });
});

describe("a message", () => {
  for (const text of ["x".repeat(2000), "two\nlines", "<script>alert(1)</script>", "👩‍👩‍👧 ‏שלום"]) {
    it(`[CHT2] may be ${JSON.stringify(text.slice(0, 30))}, and stays what it is`, () => {
      assert.deepEqual(sayOp.parse(say("m", text)), say("m", text));
    });
  }

  for (const name of ["Ann 👩‍👩‍👧", "می‌خواهم", "שלום", "Ann ❤️", "?"]) {
    it(`[CHT2] may be by ${name}`, () => {
      assert.equal(sayOp.parse({ ...say("m"), name }).name, name);
    });
  }

  for (const [what, op] of [
    ["of 2001 characters", say("m", "x".repeat(2001))],
    ["of nothing", say("m", "")],
    ["of blanks", say("m", " \n ")],
    ["with a bell", say("m", "a\u0007b")],
    ["with an escape", say("m", "a\u001b[31m")],
    ["with a carriage return", say("m", "a\rb")],
    ["with a delete", say("m", "a\u007fb")],
    ["with half a character", say("m", "a\ud800b")],
    ["without an id", { t: "say", text: "x", name: "Ann" }],
    ["with an id that is none", say("a b")],
    ["without a name", { ...say("m"), name: "" }],
    ["by a name that shows nothing", { ...say("m"), name: "\u200d" }],
    ["by a name that turns around", { ...say("m"), name: "Ann \u202enoR" }],
    ["by a name with a space that shows nothing", { ...say("m"), name: "An\u200bn" }],
    ["by a name of two lines", { ...say("m"), name: "Ann\u2028Bob" }],
    ["by half a character", { ...say("m"), name: "Ann\ud83d" }],
    ["with something beside", { ...say("m"), html: "<b>" }],
    ["of no text", { ...say("m"), text: { toString: "x" } }],
  ] as const) {
    it(`[CHT2] is refused ${what}`, () => {
      assert.equal(sayOp.safeParse(op).success, false);
    });
  }
});

describe("the rate of messages", () => {
  let rate: SayRate;
  beforeEach(() => {
    rate = new SayRate();
  });
  const take = (nowMs: number, count = 1) => rate.take("ann", Array(count).fill({ t: "say" }), nowMs);

  it("[CHT1] lets ten pass in ten seconds, and says when the next may come", () => {
    for (let n = 0; n < 10; n++) assert.equal(take(n * 100), undefined);

    assert.deepEqual(take(1000)?.retryAfterMs, 9000);
    assert.equal(take(10_000), undefined);
    assert.deepEqual(take(10_000)?.retryAfterMs, 100);
  });

  it("[CHT1] counts each message of a push, and none that it refused", () => {
    assert.equal(take(0, 6), undefined);
    assert.equal(take(1, 5)?.code, "RATE_LIMITED");

    assert.equal(take(2, 4), undefined);
  });

  it("[CHT1] never takes more than ten at once", () => {
    assert.deepEqual([take(0, 11)?.code, take(0, 11)?.retryAfterMs], ["TOO_LARGE", undefined]);
  });

  it("[CHT1] counts each speaker alone, and nothing but messages", () => {
    take(0, 10);

    assert.equal(rate.take("bob", [{ t: "say" }], 1), undefined);
    assert.equal(rate.take("ann", [{ t: "set" }], 1), undefined);
  });
});
