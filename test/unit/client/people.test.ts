import assert from "node:assert/strict";
import { ConnectionPeople, PeopleRefused } from "../../../src/client/people.ts";
import { manualClock } from "../../../src/clock/clock.ts";
import type { Invited } from "../../../src/protocol/protocol.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const INVITED: Invited = {
  id: "1",
  from: { userId: "ann" },
  kind: "room",
  room: "arena",
  roomId: "r",
  untilMs: 20_000,
};

/** The people of a connection whose room a test plays; `answer` says what comes of a request. */
function start(answer: (type: string, payload: unknown) => unknown = () => null) {
  const clock = manualClock();
  const asked: [string, unknown][] = [];
  const listeners = new Map<string, (payload: never) => void>();
  const people = new ConnectionPeople({
    clock,
    request: async (type, payload) => {
      asked.push([type, payload]);
      return answer(type, payload);
    },
    onMessage: (type, listener) => {
      listeners.set(type, listener);
      return () => {};
    },
  });
  const hear = (type: string, payload: unknown): void => listeners.get(type)?.(payload as never);
  return { people, clock, asked, hear };
}

describe("the people of a connection", () => {
  it("take part once somebody listens, and again after a lost connection", async () => {
    const { people, asked } = start();
    people.joined();
    const before = asked.length;
    people.onInvited(() => {});
    people.onParty(() => {});
    people.lost();
    people.joined();

    assert.equal(before, 0);
    assert.deepEqual(
      asked.map(([type]) => type),
      ["people:here", "people:here"],
    );
  });

  it("say again some time later that they are here, where the room could not hear it", async () => {
    const { people, clock, asked } = start(() => Promise.reject(new Error("away")));
    people.joined();
    people.onInvited(() => {});
    await settle();
    clock.advance(1000);

    assert.equal(asked.length, 2);
  });

  it("tell of an invitation once, however often it comes", () => {
    const { people, hear } = start();
    const told: string[] = [];
    people.onInvited(({ id }) => told.push(id));
    hear("invited", INVITED);
    hear("invited", { ...INVITED, untilMs: 10_000 });
    hear("invited", { ...INVITED, id: "2" });

    assert.deepEqual(told, ["1", "2"]);
  });

  it("know their party, and when they are in none", () => {
    const { people, hear } = start();
    const party = { id: "p", leader: "ann", members: ["ann", "bob"] };
    hear("party", party);
    const known = people.party;
    hear("party", null);

    assert.deepEqual([known, people.party], [party, undefined]);
  });

  it("reject with the name of what was refused, and with what else went wrong as it is", async () => {
    const reason = { code: "FOLLOW_UNAVAILABLE", message: "nowhere" };
    const { people } = start((type) => {
      throw type === "follow" ? Object.assign(new Error("rejected"), { reason }) : new Error("timed out");
    });

    await assert.rejects(people.follow("bob"), (error) => error instanceof PeopleRefused && error.code === reason.code);
    await assert.rejects(people.leaveParty(), /timed out/);
  });
});
