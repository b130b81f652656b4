import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { FriendsRoom } from "../../examples/friends/friends-room.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

describe("the guide to a collaborative room", () => {
  let test: TestNode;
  before(async () => {
    test = await startNode();
  });
  after(() => test.close());

  /** What a terminal shows of a chat in which these lines are said. */
  async function chat(name: string, ...lines: string[]): Promise<string> {
    const args = ["examples/chat-terminal.ts", test.wsUrl, "kitchen", name];
    const terminal = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    terminal.stdin.end(lines.map((line) => `${line}\n`).join(""));
    return text(terminal.stdout);
  }

  it("[CHT1] has a client that says something, is told when it is on disk, and shows what others said", async () => {
    const ann = await chat("Ann", "Is there milk?", "And bread?");
    const bob = await chat("Bob", "Both");

    assert.match(ann, /^Ann: Is there milk\?\n(.*\n)*\(on the server's disk as entry 1\)$/m);
    assert.match(ann, /^\(on the server's disk as entry 2\)$/m);
    assert.match(bob, /^Ann: Is there milk\?\nAnn: And bread\?$/m);
    assert.equal(bob.match(/^Bob: Both$/gm)?.length, 1);
  });

  it("[CHT2] has a client that tells what is refused", async () => {
    assert.match(await chat("Cid", "\u0007"), /^\(refused: .*control characters.*\)$/m);
  });
});

describe("the guide to friends", () => {
  let test: TestNode;
  beforeEach(async () => {
    test = await startNode({}, { friends: { room: FriendsRoom } });
  });
  afterEach(() => test.close());

  it("has a client whose friend is seen, invited and plays", async () => {
    const args = ["examples/friends/friends-client.ts", test.wsUrl, "arena"];
    const refused: string[] = [];
    test.node.telemetry.on("error:refused", ({ code }) => void refused.push(code));

    const stdout = await text(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }).stdout);

    assert.match(stdout, /^Bob is in friends$/m);
    assert.match(stdout, /^Ann invites Bob$/m);
    assert.match(stdout, /^Ann sees: accepted$/m);
    assert.match(stdout, /^Bob plays$/m);
    assert.deepEqual(refused, [], "the seat was not Bob's");
  });
});
