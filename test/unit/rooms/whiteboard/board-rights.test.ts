import assert from "node:assert/strict";
import { BoardRights } from "../../../../rooms/whiteboard/board-rights.ts";
import type { Settings } from "../../../../rooms/whiteboard/rules/board.ts";
import { type ManualClock, manualClock } from "../../../../src/clock/clock.ts";
import { toArenaError } from "../../../../src/errors/errors.ts";
import { createTelemetry } from "../../../../src/telemetry/telemetry.ts";
import { createTokens, type Tokens } from "../../../../src/tokens/tokens.ts";

const KEY = "whiteboard/plans";
const HOUR_MS = 60 * 60_000;

interface Visitor {
  readonly sessionId: string;
  readonly userId: string;
}

const ann: Visitor = { sessionId: "1", userId: "ann" };
const bob: Visitor = { sessionId: "2", userId: "bob" };

describe("rights on a board, by what somebody came with", () => {
  let clock: ManualClock;
  let tokens: Tokens;
  let settings: Settings;
  let rights: BoardRights<Visitor>;
  beforeEach(() => {
    clock = manualClock();
    tokens = createTokens({ mode: "guest", secret: "s".repeat(32), clock, telemetry: createTelemetry() });
    settings = { owner: "ann", everyone: "viewer" };
    const userOf = ({ userId }: Visitor) => ({ userId, roles: [] });
    rights = new BoardRights<Visitor>({ tokens, clock, userOf, board: () => ({ key: KEY, settings }) });
  });

  const codeOf = (asked: Promise<unknown>): Promise<string | undefined> =>
    asked.then(
      () => undefined,
      (error: unknown) => toArenaError(error).code,
    );

  it("[BRD11] a deed gives another as long as it holds, and none when it has ended", async () => {
    const { token } = await tokens.grant({ kind: "invite", room: KEY, role: "owner" }, HOUR_MS);
    const role = await rights.admit(bob, token);
    const before = await codeOf(rights.deed(bob));

    clock.advance(HOUR_MS);

    assert.deepEqual([role, before], ["owner", undefined]);
    assert.deepEqual([rights.roleOf(bob), await codeOf(rights.deed(bob))], ["viewer", "FORBIDDEN"]);
  });

  it("[BRD8] an invitation ends for who is there, and is forgotten with who leaves", async () => {
    const { invite } = await rights.invite(ann, { role: "editor", ttlMs: HOUR_MS });
    const roles = [await rights.admit(bob, invite)];
    clock.advance(HOUR_MS);
    roles.push(await rights.admit(bob, undefined));
    await rights.admit(bob, (await rights.invite(ann, { role: "owner", ttlMs: HOUR_MS })).invite);
    rights.forget(bob);
    roles.push(await rights.admit(bob, undefined));

    assert.deepEqual(roles, ["editor", "viewer", "viewer"]);
  });
});
