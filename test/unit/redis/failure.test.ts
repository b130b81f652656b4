import assert from "node:assert/strict";
import { inspect } from "node:util";
import { ReplyError } from "ioredis";
import { judgeFailure, RedisFailure, withoutCommand } from "../../../src/redis/failure.ts";

describe("a command that failed", () => {
  for (const [what, error, verdict] of [
    ["was not done where Redis is starting", reply("LOADING Redis is loading"), { mayBeDone: false, isPassing: true }],
    ["was not done where Redis is a replica", reply("READONLY You can't"), { mayBeDone: false, isPassing: true }],
    ["was not done where slots move", reply("TRYAGAIN Multiple keys"), { mayBeDone: false, isPassing: true }],
    ["was not done where a cluster is down", reply("CLUSTERDOWN Hash slot"), { mayBeDone: false, isPassing: true }],
    ["was not done where its master is away", reply("MASTERDOWN Link"), { mayBeDone: false, isPassing: true }],
    ["was not done where a script holds Redis up", reply("BUSY Redis is busy"), { mayBeDone: false, isPassing: true }],
    [
      "was not done where Redis 6 says so from within a script",
      reply("ERR Error running script (call to f_1): @user_script:9: -READONLY You can't"),
      { mayBeDone: false, isPassing: true },
    ],
    [
      "was refused for good where memory is full",
      reply("OOM command not allowed"),
      { mayBeDone: false, isPassing: false },
    ],
    [
      "was refused for good where dumps fail",
      reply("MISCONF Redis is configured"),
      { mayBeDone: false, isPassing: false },
    ],
    ["was refused for good without a password", reply("NOAUTH Authentication"), { mayBeDone: false, isPassing: false }],
    [
      "was not done where it was not sent",
      new Error("Stream isn't writeable and enableOfflineQueue options is false"),
      { mayBeDone: false, isPassing: true },
    ],
    [
      "was not done where we were not connected",
      new RedisFailure("away", false),
      { mayBeDone: false, isPassing: true },
    ],
    [
      "may be done where the connection was lost",
      new Error("Connection is closed."),
      { mayBeDone: true, isPassing: true },
    ],
    ["may be done where no answer came", new Error("did not answer in time"), { mayBeDone: true, isPassing: true }],
    ["may be done where the thrown thing is no error", "what", { mayBeDone: true, isPassing: true }],
  ] as const) {
    it(what, () => {
      assert.deepEqual(judgeFailure(error), verdict);
    });
  }

  it("does not show the command, which may be a password", () => {
    const error = Object.assign(reply("ERR wrong"), { command: { name: "auth", args: ["secret"] } });

    assert.doesNotMatch(inspect(withoutCommand(error), { depth: 5 }), /secret/);
  });
});

function reply(message: string): Error {
  return new ReplyError(message);
}
