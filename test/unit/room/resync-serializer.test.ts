import assert from "node:assert/strict";
import type { Client } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { ResyncSerializer } from "../../../src/room/resync-serializer.ts";
import { rootOf } from "../../../src/room/schema-seams.ts";

const State = schema({ title: t.string().optional(), turn: t.number() }, "ResyncState");

describe("a full state for those who had one", () => {
  it("is made once for all who come back in the same turn, and anew when the state has changed", () => {
    const state = new State();
    state.turn = 1;
    const serializer = new ResyncSerializer();
    serializer.reset(state);
    const clients = Array.from({ length: 50 }, () => ({}) as Client);
    for (const client of clients) serializer.expect(client);
    const root = rootOf(serializer.stateEncoder);
    let walks = 0;
    const changeTrees = new Proxy(root.changeTrees, {
      ownKeys: (trees) => {
        walks++;
        return Reflect.ownKeys(trees);
      },
    });
    Object.assign(root, { changeTrees });
    serializer.applyPatches([]);

    const states = clients.map((client) => Buffer.from(serializer.getFullState(client)));
    const first = walks;
    state.turn = 2;
    serializer.applyPatches([]);
    const next = serializer.getFullState(clients[0]);

    assert.deepEqual([first, walks], [1, 2]);
    assert.ok(states.every((each) => states[0]?.equals(each)));
    assert.ok(!states[0]?.equals(next));
  });
});
