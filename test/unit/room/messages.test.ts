import assert from "node:assert/strict";
import { z } from "zod";
import { ArenaError } from "../../../src/errors/errors.ts";
import { guardMessages, refuseUnknown } from "../../../src/room/messages.ts";

describe("guardMessages", () => {
  let handled: unknown[];
  let refused: ArenaError[];
  let errors: string[];
  let failures: [string, unknown][];

  const client = {
    refuse: (error: ArenaError) => refused.push(error),
    error: (_code: number, message: string) => errors.push(message),
  };
  const plain = { id: undefined, reject: () => undefined as never, resolve: () => undefined as never };
  const guard = (messages: Record<string, unknown>) =>
    guardMessages(messages, {
      room: { iAm: "the room" },
      roomName: "Room",
      fail: (type, error) => failures.push([type, error]),
    });

  beforeEach(() => {
    [handled, refused, errors, failures] = [[], [], [], []];
  });

  it("hands what the schema made of the payload to the handler, with the room as this", () => {
    const { move } = guard({
      move: {
        format: z.object({ x: z.coerce.number() }),
        handler(this: unknown, _client: unknown, payload: unknown) {
          handled.push(this, payload);
        },
      },
    });

    move?.(client, { x: "4" }, plain);

    assert.deepEqual(handled, [{ iAm: "the room" }, { x: 4 }]);
  });

  it("[MSG1] refuses a payload that does not match and does not call the handler", () => {
    const { move } = guard({ move: { format: z.number(), handler: () => handled.push("called") } });

    move?.(client, "no number", plain);

    assert.deepEqual(handled, []);
    assert.deepEqual(
      refused.map(({ code }) => code),
      ["MESSAGE_INVALID"],
    );
  });

  it("[MSG1] says what was wrong in a bounded sentence", () => {
    const { move } = guard({ move: { format: z.array(z.number()), handler: () => {} } });

    move?.(
      client,
      Array.from({ length: 1000 }, () => "x".repeat(1000)),
      plain,
    );

    assert.ok((refused[0]?.message.length ?? 0) < 400);
  });

  it("[MSG4] rejects a request whose payload does not match", () => {
    const rejected: unknown[] = [];
    const { move } = guard({ move: { format: z.number(), handler: () => {} } });

    move?.(client, "x", { ...plain, id: 7, reject: (reason: unknown) => rejected.push(reason) as never });

    assert.equal((rejected[0] as { code: string }).code, "MESSAGE_INVALID");
  });

  it("[MSG3] refuses a table with a message that has no schema", () => {
    assert.throws(() => guard({ move: () => {} }), { code: "APP_INVALID" });
  });

  it("[FLT1] reports a handler that throws and tells the client, without counting it against the client", () => {
    const boom = new Error("boom");
    const { move } = guard({
      move: {
        format: z.unknown(),
        handler: () => {
          throw boom;
        },
      },
    });

    move?.(client, 1, plain);

    assert.deepEqual(failures, [["move", boom]]);
    assert.match(errors[0] ?? "", /^HANDLER_FAILED/);
    assert.deepEqual(refused, []);
  });

  it("[FLT1] reports a handler whose promise rejects", async () => {
    const boom = new Error("later");
    const { move } = guard({ move: { format: z.unknown(), handler: async () => Promise.reject(boom) } });

    await move?.(client, 1, plain);

    assert.deepEqual(failures, [["move", boom]]);
  });

  it("[FLT2] answers that something cannot be had now, and holds it neither against the client nor against the room", async () => {
    const away = new ArenaError("CLUSTER_UNAVAILABLE");
    const { watch } = guard({ watch: { format: z.unknown(), handler: async () => Promise.reject(away) } });
    const rejected: unknown[] = [];
    const request = { ...plain, id: 1, reject: (reason: unknown) => rejected.push(reason) as never };

    await watch?.(client, 1, plain);
    await watch?.(client, 1, request);

    assert.deepEqual([refused, failures], [[], []]);
    assert.match(errors[0] ?? "", /^CLUSTER_UNAVAILABLE/);
    assert.deepEqual(rejected, [{ code: "CLUSTER_UNAVAILABLE", message: away.wireMessage }]);
  });

  it("[MSG2] refuses an unknown type and quotes no more than a little of it", () => {
    refuseUnknown(client, "t".repeat(10_000));

    assert.equal(refused[0]?.code, "MESSAGE_UNKNOWN");
    assert.ok((refused[0]?.message.length ?? 0) < 200);
  });
});
