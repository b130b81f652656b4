import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type Room } from "@colyseus/sdk";
import { seededRandom } from "../../src/clock/clock.ts";
import { openRawClient, type RawClient } from "../support/raw-client.ts";
import { type NodeProcess, spawnNode } from "../support/spawn-node.ts";
import { anyFrame, anyRequest, type Dice, diceOf } from "./frames.ts";

/** The same in every run of a pipeline, another one each time elsewhere. */
const SEED = Number(
  process.env["FUZZ_SEED"] ?? (process.env["CI"] === "true" ? 1 : Math.floor(Math.random() * 2 ** 31)),
);
const FRAMES = Number(process.env["FUZZ_FRAMES"] ?? 100_000);
const REQUESTS = FRAMES / 40;
const FRAMES_PER_CLIENT = 25;
const CLIENTS_AT_ONCE = 20;
/** The node begins with 40 MB. */
const HEAP_MB = 80;
const MAX_GROWTH_BYTES = 96 * 1024 * 1024;
const ROOM = { id: "fuzzed", entities: 50, changed: 10, tickMs: 50 };

describe(`fuzz, FUZZ_SEED=${SEED}`, function () {
  this.timeout(300_000);
  let folder: string;
  let node: NodeProcess;
  let url: string;
  let quiet: Room;
  let dice: Dice;
  let patches: number;
  let sentFrames: number;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-fuzz-"));
    const flags = ["--port", "0", "--host", "127.0.0.1", "--synthetic", "--data-dir", folder];
    // Kept seats are no leak. With this little heap V8 collects what is garbage, and dies of what is not.
    node = spawnNode([...flags, "--reconnect-seconds", "1"], { LOG_LEVEL: "warn" }, [
      `--max-old-space-size=${HEAP_MB}`,
    ]);
    const { port } = await node.ready;
    url = `http://127.0.0.1:${port}`;
    quiet = await new Client(url.replace("http", "ws")).joinOrCreate("synthetic", ROOM);
    patches = 0;
    quiet.onStateChange(() => {
      patches++;
    });
    dice = diceOf(seededRandom(SEED));
  });
  after(async () => {
    node.child.kill("SIGTERM");
    assert.equal(await node.ended, 0);
    await rm(folder, { recursive: true });
  });

  const residentBytes = async (): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
  };
  /** One client that sends junk until it has sent enough or is sent away. */
  const misbehave = async (): Promise<void> => {
    const [room, options] = dice.pick([
      ["synthetic", ROOM],
      ["arena", {}],
      ["lobby", {}],
    ] as const);
    const client: RawClient = await openRawClient(url, room, options);
    if (dice.int(2) === 0) client.acknowledgeJoin();
    for (let sent = 0; sent < FRAMES_PER_CLIENT && client.socket.readyState === client.socket.OPEN; sent++) {
      client.socket.send(anyFrame(dice), { binary: dice.int(10) > 0 });
      sentFrames++;
    }
    client.socket.close();
    await client.closed;
  };
  const ask = async (): Promise<void> => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.on("error", () => {}); // a server may cut off whom it cannot understand
    socket.resume();
    socket.end(anyRequest(dice));
    await once(socket, "close");
  };
  const many = async (total: number, atOnce: number, run: () => Promise<void>): Promise<void> => {
    for (let done = 0; done < total; done += atOnce) await Promise.all(Array.from({ length: atOnce }, run));
  };

  it(`[FLT3] survives ${FRAMES} frames and ${REQUESTS} requests that mean nothing, and stays as it was`, async () => {
    await many(CLIENTS_AT_ONCE * 10, CLIENTS_AT_ONCE, misbehave);
    const before = await residentBytes();
    sentFrames = 0;

    while (sentFrames < FRAMES) await many(CLIENTS_AT_ONCE, CLIENTS_AT_ONCE, misbehave);
    await many(REQUESTS, CLIENTS_AT_ONCE, ask);

    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    const growth = (await residentBytes()) - before;
    assert.ok(growth < MAX_GROWTH_BYTES, `grew by ${growth} bytes`);
  });

  it("[FLT1] leaves a quiet client of the same room undisturbed and exact", async () => {
    const answered = new Promise<{ entities: Record<string, [number, number]> }>((resolve) =>
      quiet.onMessage("frozen", resolve),
    );

    quiet.send("freeze");

    const { entities } = await answered;
    const held = [...(quiet.state as { entities: Map<string, { x: number; y: number }> }).entities];
    assert.deepEqual(Object.fromEntries(held.map(([key, { x, y }]) => [key, [x, y]])), entities);
    assert.ok(patches > 10);
  });
});
