import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { Member } from "../../../src/cluster/member.ts";
import { MemoryStore } from "../../../src/cluster/memory-store.ts";
import type { ClusterStore } from "../../../src/cluster/store.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { Mover, type MovingRoom } from "../../../src/handoff/mover.ts";
import { type MoveOrder, Receiver, type TargetCalls } from "../../../src/handoff/receiver.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { identity } from "../../support/cluster-store-contract.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const lost = (): Promise<never> => Promise.reject(new ArenaError("PEER_UNCERTAIN"));

/** Two nodes of one cluster, and a room of the first. */
class Pair {
  readonly clock: ManualClock = manualClock();
  readonly store = new MemoryStore(this.clock);
  readonly events: string[] = [];
  /** For how long the room stood still, by how the move ended. */
  readonly told: [outcome: string, frozenMs: number][] = [];
  /** Calls of the first node to the store that get no answer: done, or not done. */
  transferIs: "answered" | "done" | "not done" = "answered";
  isStoreAway = false;
  isTargetDeaf = false;
  refusal: ArenaError | undefined;
  mover!: Mover;
  receiver!: Receiver;
  a!: Member;
  b!: Member;

  async open(): Promise<void> {
    this.a = await this.#join("a", this.#faulty());
    this.b = await this.#join("b", this.store);
    await this.a.refresh();
    const parts = { clock: this.clock, telemetry: createTelemetry() };
    parts.telemetry.on("room:moved", ({ outcome, frozenMs }) => void this.told.push([outcome, frozenMs]));
    this.receiver = new Receiver({
      ...parts,
      cluster: this.b,
      whyNot: () => this.refusal,
      isMoving: async (_source, order) => this.mover.isMoving(order),
      restore: async () => void this.events.push("restore"),
    });
    this.mover = new Mover({ ...parts, cluster: this.a, calls: this.#calls() });
  }

  /** A room that runs on the first node; gives what came of moving it. */
  async move(room: Partial<MovingRoom> = {}): Promise<string> {
    const { epoch } = await this.a.take("r", { name: "arena" });
    await this.a.confirm("r", epoch);
    return this.moveAgain(room);
  }

  async moveAgain(room: Partial<MovingRoom> = {}): Promise<string> {
    this.a.forget("r");
    const record = await this.store.read("r");
    const target = this.a.node(this.b.identity.bootId);
    assert.ok(record && target);
    const note = (what: string) => () => void this.events.push(what);
    const whole: MovingRoom = {
      hold: async () => note("hold")(),
      freeze: note("freeze"),
      store: async () => note("store")(),
      resume: note("resume"),
      handOver: note("hand over"),
      end: note("end"),
      ...room,
    };
    return this.mover.move(record, whole, target);
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.clock.advance(50);
      await settle();
    }
  }

  async owner(): Promise<string | undefined> {
    return (await this.store.read("r"))?.nodeId;
  }

  async #join(nodeId: string, store: ClusterStore): Promise<Member> {
    const parts = { identity: identity(nodeId), store, clock: this.clock, telemetry: createTelemetry() };
    const member = new Member({ ...parts, isSole: false });
    await member.join(`${nodeId}:1`);
    return member;
  }

  #faulty(): ClusterStore {
    return new Proxy<ClusterStore>(this.store, {
      get: (store, name) => {
        const value: unknown = Reflect.get(store, name);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          const isLost = name === "transfer" && this.transferIs !== "answered";
          if (isLost && this.transferIs === "done") Reflect.apply(value, store, args);
          return isLost || this.isStoreAway ? lost() : Reflect.apply(value, store, args);
        };
      },
    });
  }

  #calls(): TargetCalls {
    return {
      expect: async (_target, order) => (this.isTargetDeaf ? lost() : this.receiver.expect(order)),
      begin: async (_target, order: MoveOrder) => (this.isTargetDeaf ? lost() : this.receiver.begin(order)),
      callOff: async (_target, order) => (this.isTargetDeaf ? lost() : this.receiver.callOff(order)),
    };
  }
}

describe("a move", () => {
  let pair: Pair;
  beforeEach(async () => {
    pair = new Pair();
    await pair.open();
  });

  it("holds the clients, freezes the room, and hands it over once it is the target's", async () => {
    const outcome = await pair.move();
    await settle();

    assert.equal(outcome, "moved");
    assert.deepEqual(pair.events, ["hold", "freeze", "store", "hand over", "end", "restore"]);
    assert.equal(await pair.owner(), "b");
  });

  it("leaves the room alone where the target does not take it", async () => {
    pair.refusal = new ArenaError("DRAINING");

    assert.equal(await pair.move(), "stayed");
    assert.deepEqual([pair.events, await pair.owner()], [[], "a"]);
  });

  it("lets the room go on where its clients cannot be held, or it cannot be kept", async () => {
    assert.equal(await pair.move({ hold: lost }), "stayed");
    assert.equal(await pair.moveAgain({ store: lost }), "stayed");

    assert.deepEqual(pair.events, ["resume", "hold", "freeze", "resume"]);
    assert.equal(pair.receiver.count, 0);
  });

  it("[OWN1] ends as the record says where the store did not answer and did it", async () => {
    pair.transferIs = "done";

    assert.equal(await pair.move(), "moved");
    await settle();
    assert.deepEqual(pair.events.slice(-3), ["hand over", "end", "restore"]);
  });

  it("[OWN1] goes on where the store did not do it, and what was sent before comes too late", async () => {
    pair.transferIs = "not done";
    const before = pair.move();
    assert.equal(await before, "stayed");
    await settle();

    const record = await pair.store.read("r");
    assert.ok(record);
    const late = await pair.store.transfer({ ...record, attempt: record.attempt - 1 }, pair.b.identity);
    assert.deepEqual([late?.nodeId, pair.events.slice(-2)], ["a", ["store", "resume"]]);
  });

  it("[OWN1] stands still for as long as the store cannot be asked whose the room is", async () => {
    pair.transferIs = "done";
    const moving = pair.move({
      store: async () => {
        pair.isStoreAway = true;
      },
    });
    await settle();
    await pair.pass(1000);
    const during = [...pair.events];
    pair.isStoreAway = false;
    await pair.pass(500);

    assert.deepEqual(during, ["hold", "freeze", "restore"]);
    assert.deepEqual([await moving, pair.events.slice(3)], ["moved", ["hand over", "end"]]);
  });

  it("[OWN4] has the target see by itself that the room is its own", async () => {
    const outcome = await pair.move({
      handOver: () => {
        pair.isTargetDeaf = true;
      },
    });
    pair.isTargetDeaf = true;
    await pair.pass(600);

    assert.deepEqual([outcome, pair.events.at(-1)], ["moved", "restore"]);
  });

  it("has the target forget a room of which it hears nothing more", async () => {
    pair.transferIs = "not done";
    const moving = pair.move({
      resume: () => {
        pair.isTargetDeaf = true;
      },
    });
    assert.equal(await moving, "stayed");
    await pair.pass(600);

    assert.deepEqual([pair.events.at(-1), pair.receiver.count], ["store", 0]);
  });

  it("has the target expect no room any more whose source has been gone for a while", async () => {
    void pair.move({ hold: () => new Promise(() => {}) });
    await settle();
    const before = pair.receiver.count;

    pair.isStoreAway = true; // of the source alone
    await pair.pass(12_000);

    assert.deepEqual([before, pair.receiver.count, pair.events], [1, 0, []]);
  });

  it("tells for how long the room stood still, also where it stayed", async () => {
    const moving = pair.move({ store: () => new Promise((_, reject) => pair.clock.after(300, () => reject(lost))) });
    await settle();
    await pair.pass(300);

    assert.deepEqual([await moving, pair.told], ["stayed", [["stayed", 300]]]);
  });

  it("moves a room once at a time", async () => {
    const held = Promise.withResolvers<void>();
    const first = pair.move({ hold: () => held.promise });
    await settle();
    const second = await pair.moveAgain();
    held.resolve();

    assert.deepEqual([second, await first], ["stayed", "moved"]);
  });

  it("takes two rooms at a time and no more", () => {
    const order = { moveId: "a/1", roomId: "1", name: "arena", source: "boot-a", epoch: 1, attempt: 1 };
    for (const roomId of ["1", "2"]) pair.receiver.expect({ ...order, roomId });

    assert.throws(() => pair.receiver.expect({ ...order, roomId: "3" }), { code: "MOVE_REFUSED" });
  });
});
