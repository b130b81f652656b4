import assert from "node:assert/strict";
import { Parties } from "../../../../loadtest/scenarios/parties.ts";

describe("parties of bots", () => {
  let begun: number;
  const ways = {
    find: async () => ({ roomId: "found" }),
    begin: async () => ({ roomId: `room ${++begun}` }),
    follow: async (roomId: string) => ({ roomId }),
  };
  beforeEach(() => {
    begun = 0;
  });

  it("fill rooms of the sizes that are asked for", async () => {
    const chances = [0, 0.4, 0.9, 0][Symbol.iterator]();
    const parties = new Parties([2, 1, 3], () => chances.next().value ?? 0);

    const rooms = await Promise.all(Array.from({ length: 8 }, () => parties.enter(ways)));

    const numbers = rooms.map(({ roomId }) => Number(roomId.split(" ")[1]));
    assert.deepEqual(numbers, [1, 1, 2, 3, 3, 3, 4, 4]);
  });

  it("leave it to the server where no sizes are asked for", async () => {
    const { roomId } = await new Parties([], () => 0).enter(ways);

    assert.equal(roomId, "found");
  });

  it("fail together where the room cannot be begun", async () => {
    const parties = new Parties([2], () => 0);
    const failing = { ...ways, begin: () => Promise.reject(new Error("no room")) };

    const outcomes = await Promise.allSettled([parties.enter(failing), parties.enter(failing)]);

    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["rejected", "rejected"],
    );
  });
});
