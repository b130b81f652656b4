import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { HelloRoom } from "../../examples/hello/hello-room.ts";
import { startNode } from "../support/start-node.ts";

describe("the README's own room", () => {
  it("stands in the README word for word, in about 30 lines", async () => {
    const readme = await readFile("README.md", "utf8");
    const code = await readFile("examples/hello/hello-room.ts", "utf8");

    assert.ok(readme.includes(`\`\`\`ts\n${code}\`\`\``));
    assert.ok(code.split("\n").length <= 36);
  });

  it("runs, checks what comes in and keeps the rest out", async () => {
    const test = await startNode({}, { hello: { room: HelloRoom } });
    const room = await test.colyseus.sdk.joinOrCreate("hello", { name: "Ann" });
    await room.waitForInitialState();
    const refused = new Promise<string>((resolve) => room.onError((_code, message) => resolve(message ?? "")));

    room.send("move", { x: 7, y: 8 });
    room.send("move", { x: 700, y: 8 });

    assert.match(await refused, /^MESSAGE_INVALID/);
    const players = (room.state as { players: Map<string, { x: number; y: number; name: string }> }).players;
    while (players.get(room.sessionId)?.x !== 7) await room.waitForNextPatch();
    assert.equal(players.get(room.sessionId)?.name, "Ann");
    await assert.rejects(test.colyseus.sdk.joinOrCreate("hello", { name: 1 }), /OPTIONS_INVALID/);
    await test.close();
  });
});
