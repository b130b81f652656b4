import assert from "node:assert/strict";
import type { AppRoom } from "../../arena.config.ts";
import { parseOptions } from "../../loadtest/options.ts";
import { buildReport, hasFailed, type Report } from "../../loadtest/report.ts";
import { runLoad } from "../../loadtest/runner.ts";
import { ChatRoom } from "../../rooms/chat/chat-room.ts";
import { chat } from "../../rooms/chat/rules/chat.ts";
import { systemClock } from "../../src/clock/clock.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

describe("loadtest of documents", function () {
  this.timeout(60_000);
  let started: TestNode | undefined;

  afterEach(async () => {
    await started?.close();
    started = undefined;
  });

  async function run(args: string, rooms: Readonly<Record<string, AppRoom>> = {}): Promise<Report> {
    started = await startNode({}, rooms);
    const options = parseOptions(["--url", started.wsUrl, ...args.split(" ")]);
    const context = { clock: systemClock(), signal: new AbortController().signal, onProgress: () => {} };
    return buildReport(options, await runLoad(options, context), "now");
  }

  it("verifies boards on which bots drew while they lost their connections", async () => {
    const report = await run("--scenario whiteboard --bots 4 --boards 2 --workers 2 --seconds 5 --drop-every 2");

    assert.deepEqual(report.verification?.problems, []);
    assert.equal(report.verification?.documents, 4);
    assert.ok(report.verification.pushes >= 4, `${report.verification.pushes} pushes`);
    assert.equal(hasFailed(report), false);
  });

  it("[CHT1] verifies a chat in which bots spoke while they lost their connections", async () => {
    const report = await run("--scenario chat --bots 4 --seconds 5 --drop-every 2");

    assert.deepEqual(report.verification?.problems, []);
    assert.ok(report.verification && report.verification.marks >= 4);
    assert.equal(hasFailed(report), false);
  });

  it("fails where a message is lost that was acknowledged", async () => {
    const report = await run("--scenario chat --bots 2 --seconds 5 --drop-every 0", {
      chat: { room: ForgetfulChat, filterBy: ["id"] },
    });

    assert.match(report.verification?.problems.join("\n") ?? "", /made bot-\d-0, which was acknowledged and is lost/);
    assert.equal(hasFailed(report), true);
  });
});

/** A chat that takes the first message of each author for another one. */
class ForgetfulChat extends ChatRoom {
  protected override readonly document = {
    ...chat,
    apply: (...[records, op, author]: Parameters<typeof chat.apply>) =>
      chat.apply(records, author.n === 1 ? { ...op, id: `not-${op.id}` } : op, author),
  };
}
