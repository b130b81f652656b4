import assert from "node:assert/strict";
import { MatchMakeError } from "@colyseus/sdk";
import fc from "fast-check";
import { jitteredDelayMs } from "../../../client-sample/src/net/backoff.ts";
import { boundedJoin } from "../../../client-sample/src/net/bounded-join.ts";
import { serverEndpoint } from "../../../client-sample/src/net/endpoint.ts";
import { isJoinCode } from "../../../client-sample/src/net/join-code.ts";
import {
  explainClose,
  explainError,
  explainLostSeat,
  isOutage,
  SERVER_SILENT,
} from "../../../client-sample/src/net/plain-words.ts";
import { tidyName } from "../../../client-sample/src/ui/player-name.ts";
import { CLOSE_CODES } from "../../../src/protocol/protocol.ts";

describe("the page's server", () => {
  const endpointOf = (search: string): string => serverEndpoint({ origin: "https://arena.example", search });

  it("is the origin of the page", () => {
    assert.equal(endpointOf(""), "https://arena.example");
  });

  it("is what ?server= names", () => {
    assert.equal(endpointOf("?server=ws://localhost:2567/"), "http://localhost:2567");
  });

  it("is the origin where ?server= is no address of a server", () => {
    assert.deepEqual(["?server=javascript:alert(1)", "?server=::"].map(endpointOf), [
      "https://arena.example",
      "https://arena.example",
    ]);
  });
});

describe("the page's words", () => {
  it("explain a code that leads nowhere", () => {
    const words = explainError(new MatchMakeError("ROOM_NOT_FOUND: There is no room with that id.", 522));

    assert.equal(words, "There is no room with that code. It may have ended.");
  });

  it("give the server's sentence, without its code, where they have none of their own", () => {
    assert.equal(
      explainError(new MatchMakeError("AUTH_FAILED: The room refused this user.", 525)),
      "The room refused this user.",
    );
  });

  it("say that the server is away where no answer came", () => {
    assert.equal(explainError(new TypeError("")), "The server cannot be reached. Is it running?");
  });

  it("explain every close but those that the player wanted", () => {
    const silent = Object.values(CLOSE_CODES).filter((code) => explainClose(code) === undefined);

    assert.deepEqual(silent, [CLOSE_CODES.NORMAL, CLOSE_CODES.CONSENTED]);
  });
});

describe("the page's words on a seat that was kept", () => {
  it("say that it is gone, whatever the server says of it", () => {
    const refusals = [
      "ROOM_NOT_FOUND: There is no room with that id.",
      "SEAT_EXPIRED: The seat was not taken in time.",
    ];

    const words = refusals.map((message) => explainLostSeat(new MatchMakeError(message, 524)));

    assert.deepEqual(new Set(words), new Set(["Your seat in that room is gone. Join again to play on."]));
  });

  it("say that the server is away where no answer came", () => {
    assert.ok(isOutage(explainLostSeat(new TypeError(""))));
  });
});

describe("a join", () => {
  it("is given up, in words for a player, where it takes too long", async () => {
    const joining = new Promise<{ leave(): void }>(() => {});

    await assert.rejects(boundedJoin(joining, 1), { message: SERVER_SILENT });
  });

  it("that comes too late is left at once", async () => {
    const joining = Promise.withResolvers<{ leave(): void }>();
    const left = Promise.withResolvers<void>();
    await assert.rejects(boundedJoin(joining.promise, 1));

    joining.resolve({ leave: () => left.resolve() });

    await left.promise;
  });

  it("that is refused says so", async () => {
    await assert.rejects(boundedJoin(Promise.reject(new Error("full"))), { message: "full" });
  });
});

describe("what a visitor types", () => {
  it("is a code where it has six capital letters and digits", () => {
    const found = ["K7M2QX", "K7M2Q", "K7M2QXX", "k7m2qx", "K7 2QX", "../../"].filter(isJoinCode);

    assert.deepEqual(found, ["K7M2QX"]);
  });

  it("becomes a name without characters that show nothing", () => {
    assert.equal(tidyName(" A\u0000n\u001b\u200bn\t"), "Ann");
  });

  it("becomes a name of whole characters", () => {
    assert.equal(tidyName(`${"x".repeat(23)}😀`), "x".repeat(23));
  });
});

describe("the page's waits", () => {
  it("lie between nothing and five seconds, the first one within a second", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), (attempt) => {
        const waitMs = jitteredDelayMs(attempt);

        assert.ok(waitMs >= 0 && waitMs <= Math.min(5000, 500 * 2 ** attempt), `${waitMs} ms`);
      }),
    );
  });
});
