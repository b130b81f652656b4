import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { type FindOwner, ownerFinder } from "../../../src/transport/owner-finder.ts";
import type { Owner } from "../../../src/trunk/trunk.ts";

const RETURN_MS = 30_000;

describe("the owner of a room", () => {
  let clock: ManualClock;
  let records: Map<string, { bootId: string; state: string }>;
  let alive: Map<string, Owner>;
  let newcomers: Owner[];
  let awaited: Set<string>;
  let forgotten: string[];
  let find: FindOwner;
  let sayGone = (_node: { bootId: string }): void => {};
  let isAway = false;
  let refreshes = 0;
  const n2 = { bootId: "n2", internalAddress: "10.0.0.2:1" };
  beforeEach(() => {
    clock = manualClock();
    isAway = false;
    refreshes = 0;
    [records, alive, newcomers] = [new Map(), new Map([["n2", n2]]), []];
    const cluster = {
      identity: { bootId: "me" },
      owner: async (roomId: string) => {
        if (isAway) throw new ArenaError("CLUSTER_UNAVAILABLE");
        return records.get(roomId);
      },
      forget: (roomId: string) => void forgotten.push(roomId),
      node: (bootId: string) => alive.get(bootId),
      refresh: async () => {
        refreshes++;
        for (const each of newcomers) alive.set(each.bootId, each);
      },
      onNodeGone: (listener: typeof sayGone) => (sayGone = listener),
    };
    awaited = new Set();
    forgotten = [];
    const isAwaited = async (roomId: string): Promise<boolean> => awaited.has(roomId);
    find = ownerFinder({ clock, cluster, isAwaited, returnMs: RETURN_MS });
  });

  const kill = (bootId: string): void => {
    alive.delete(bootId);
    sayGone({ bootId });
  };

  it("[FWD5] is a process that lives, also one that has come just now", async () => {
    records.set("r", { bootId: "n2", state: "running" }).set("s", { bootId: "n3", state: "running" });
    newcomers.push({ bootId: "n3", internalAddress: "10.0.0.3:1" });

    assert.equal(await find("r", ""), n2);
    assert.equal((await find("s", ""))?.bootId, "n3");
  });

  it("[ADM10] is asked for once for all who look for a process at the same time", async () => {
    records.set("r", { bootId: "n3", state: "running" }).set("s", { bootId: "n4", state: "running" });

    await Promise.allSettled([...Array.from({ length: 1000 }, () => find("r", "")), find("s", "")]);
    const first = refreshes;
    await find("r", "").catch(() => {}); // it is not there yet

    assert.deepEqual([first, refreshes], [1, 2]);
  });

  it("[FWD5] is nobody where the room never was, and this process where that has it", async () => {
    records.set("mine", { bootId: "me", state: "running" });
    alive.set("me", { bootId: "me", internalAddress: "10.0.0.1:1" });

    assert.equal(await find("never", ""), undefined);
    assert.equal((await find("mine", ""))?.bootId, "me");
  });

  it("[FOV4] may come where the room is just being made here, or is kept and nobody has it", async () => {
    records.set("mine", { bootId: "me", state: "starting" });
    awaited.add("kept");

    await assert.rejects(find("mine", ""), { code: "PEER_UNREACHABLE" });
    await assert.rejects(find("kept", ""), { code: "PEER_UNREACHABLE" });
    assert.deepEqual(forgotten, ["mine", "kept"]); // so that the next look-up sees who has come
  });

  it("[FWD5] may come where the room is being made, or its process is gone for no longer than seats are kept", async () => {
    records.set("new", { bootId: "n2", state: "starting" }).set("old", { bootId: "n3", state: "running" });
    clock.advance(100_000);
    kill("n3");

    await assert.rejects(find("new", ""), { code: "PEER_UNREACHABLE" });
    clock.advance(RETURN_MS);
    await assert.rejects(find("old", ""), { code: "PEER_UNREACHABLE" });
    clock.advance(1);
    assert.equal(await find("old", ""), undefined);
  });

  it("[FWD5] may come after a start for as long where its process was gone before", async () => {
    records.set("r", { bootId: "before", state: "running" });

    await assert.rejects(find("r", ""), { code: "PEER_UNREACHABLE" });
    clock.advance(RETURN_MS + 1);
    assert.equal(await find("r", ""), undefined);
  });

  it("[FWD5] is asked for where it was when the seat was given while the store is away, and else cannot be told", async () => {
    isAway = true;

    assert.equal((await find("r", "n2"))?.bootId, "n2");
    await assert.rejects(find("r", "n9"), { code: "CLUSTER_UNAVAILABLE" });
  });
});
