import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ColyseusSDK } from "@colyseus/sdk";
import { seededRandom } from "../../src/clock/clock.ts";
import { checkBoard } from "../support/crash-check.ts";
import { type Life, PushingClient } from "../support/pushing-client.ts";
import { type NodeProcess, spawnNode } from "../support/spawn-node.ts";

const DISK_MB = 5;
/** With this on it, the disk takes some dozens of pushes. */
const BALLAST_BYTES = 2 * 1024 * 1024;
const WRITERS = 4;
/** A writer tries again once a second with the four pushes that it keeps: this takes some seconds, and some batches that fail. */
const REFUSALS = 10;
/** What is refused comes back after a second, and a batch takes what came within 50 ms: the log has a line for each. */
const MAX_LINES_PER_S = 20;

describe("a node whose disk is full or cannot be written", function () {
  this.timeout(60_000);
  let disk: string;
  let node: NodeProcess;
  let life: Life;
  const work: Promise<void>[] = [];

  before(function () {
    // Only root can mount the small disk that this needs.
    if (process.platform !== "linux" || process.getuid?.() !== 0) this.skip();
  });
  beforeEach(async () => {
    disk = await mkdtemp(join(tmpdir(), "arena-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "tmpfs", disk]);
    node = spawnNode(["--port", "0", "--host", "127.0.0.1", "--data-dir", join(disk, "data")]);
    const { port } = await node.ready;
    life = { port, ended: node.ended, foundPushes: 0 };
  });
  afterEach(async () => {
    node.child.kill("SIGKILL");
    await node.ended;
    await Promise.all(work.splice(0));
    execFileSync("umount", [disk]);
    await rm(disk, { recursive: true });
  });

  const enter = (...clients: PushingClient[]): void => {
    work.push(...clients.map((client) => client.live(life)));
  };
  const failures = (): LogLine[] => {
    const lines = node
      .stderr()
      .split("\n")
      .filter((line) => line.includes('"event":"log:failed"'));
    return lines.map((line) => JSON.parse(line) as LogLine); // as the log sink writes it
  };
  const fill = async (): Promise<PushingClient[]> => {
    await writeFile(join(disk, "ballast"), Buffer.alloc(BALLAST_BYTES));
    const writers = Array.from({ length: WRITERS }, (_, index) => clientOf(`w${index}`));
    enter(...writers);
    await Promise.race([Promise.all(writers.map((writer) => writer.refused(REFUSALS))), ...work]);
    return writers;
  };
  const assertKept = async (writers: readonly PushingClient[]): Promise<void> => {
    for (const writer of writers) writer.isPushing = false;
    await Promise.all(writers.map((writer) => writer.settled()));
    const lastSeq = Math.max(...writers.map(({ ackedSeq }) => ackedSeq));
    const reader = clientOf("reader");
    reader.isPushing = false;
    enter(reader);
    await Promise.all([reader, ...writers].map((client) => client.settled(lastSeq)));
    checkBoard(reader, { present: writers, gone: [] });
  };

  for (const [way, freeRoom] of [
    ["a file is removed", (): Promise<void> => rm(join(disk, "ballast"))],
    ["the disk is made larger", async () => void execFileSync("mount", ["-o", `remount,size=${DISK_MB * 4}m`, disk])],
  ] as const) {
    it(`[LOG9] refuses pushes on a full disk until ${way}, and then takes the same pushes, without a restart`, async () => {
      const writers = await fill();

      await freeRoom();

      await assertKept(writers);
    });
  }

  it("[LOG9] names the full disk in its log, a few times a second, and its other rooms go on", async () => {
    const startMs = performance.now();
    await fill();

    const room = await new ColyseusSDK(`http://127.0.0.1:${life.port}`).joinOrCreate("arena");

    const lines = failures();
    assert.ok(lines.every(({ err }) => err.message.includes("the disk is full")));
    assert.ok(
      lines.length > 0 && lines.length < ((performance.now() - startMs) / 1000) * MAX_LINES_PER_S,
      `${lines.length} lines`,
    );
    await room.leave();
  });

  it("[LOG9] lets nobody in on a folder that cannot be written, says why, and does once it can be", async () => {
    execFileSync("mount", ["-o", "remount,ro", disk]);
    const sdk = new ColyseusSDK(`http://127.0.0.1:${life.port}`);
    await assert.rejects(sdk.joinOrCreate("whiteboard", { id: "plans" }), { code: 503, message: /^LOG_UNAVAILABLE/ });
    const [line] = failures();
    execFileSync("mount", ["-o", "remount,rw", disk]);

    const writer = clientOf("w");
    enter(writer);
    await writer.greeted();

    assert.match(String(line?.err.message), /read-only/i);
    await assertKept([writer]);
  });
});

/** What of a line of the log is looked at. */
interface LogLine {
  readonly err: { readonly message: string };
}

function clientOf(clientId: string): PushingClient {
  const random = seededRandom(clientId.charCodeAt(1));
  return new PushingClient({ clientId, boardId: "plans", random, maxPauseMs: 10, maxTextLength: 15_000 });
}
