import assert from "node:assert/strict";
import type { MapSchema, Schema } from "@colyseus/schema";
import { Client, type Room as Seat } from "@colyseus/sdk";
import { startNode, type TestNode } from "../support/start-node.ts";

interface PeopleView extends Schema {
  readonly people: MapSchema<{ readonly name: string; readonly boards: Iterable<string> }>;
  readonly isKnown: boolean;
}
type People = Seat<unknown, PeopleView>;

describe("the people room", function () {
  this.timeout(30_000);
  let test: TestNode;
  before(async () => {
    test = await startNode();
  });
  after(() => test.close());

  const enter = async (options: object, isGuest = true): Promise<{ room: People; userId: string }> => {
    const sdk = new Client(test.wsUrl);
    const answer = await fetch(`${test.httpUrl}/api/token`, { method: "POST" });
    const { token, userId } = (await answer.json()) as { token: string; userId: string };
    if (isGuest) sdk.auth.token = token;
    return { room: await sdk.joinOrCreate<PeopleView>("people", options), userId };
  };
  const until = (room: People, holds: (state: PeopleView) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (room.state.people !== undefined && holds(room.state)) resolve();
      };
      room.onStateChange(check);
      check();
    });

  it("[PPL1] lists who came, by name and with the boards that their pages show, also after they have gone", async () => {
    const [ann, bea] = [await enter({ name: "Ann" }), await enter({ name: "Bea", board: "plans" })];
    await until(ann.room, ({ people }) => [...(people.get(bea.userId)?.boards ?? [])].join() === "plans");
    bea.room.send("rename", { name: "Beatrice" });
    await until(ann.room, ({ people }) => people.get(bea.userId)?.name === "Beatrice");
    await bea.room.leave();
    await until(ann.room, ({ people }) => [...(people.get(bea.userId)?.boards ?? ["?"])].length === 0);

    assert.deepEqual(
      Array.from(ann.room.state.people.values(), ({ name }) => name),
      ["Ann", "Beatrice"],
    );
    await ann.room.leave();
  });

  it("[PPL1] lists 8 boards of somebody who has more open", async () => {
    const sdk = new Client(test.wsUrl);
    const answer = await fetch(`${test.httpUrl}/api/token`, { method: "POST" });
    const { token, userId } = (await answer.json()) as { token: string; userId: string };
    sdk.auth.token = token;
    const rooms: People[] = [];
    for (let n = 0; n < 10; n++) rooms.push(await sdk.joinOrCreate<PeopleView>("people", { board: `b${n}` }));
    const [first] = rooms as [People];
    await until(first, ({ people }) => [...(people.get(userId)?.boards ?? [])].includes("b9"));

    assert.deepEqual(
      [...(first.state.people.get(userId)?.boards ?? [])],
      Array.from({ length: 8 }, (_, n) => `b${n + 2}`),
    );
    await Promise.all(rooms.map((room) => room.leave()));
  });

  it("[PPL1] shows the list to somebody without a token, and does not put them on it", async () => {
    const [ann, nobody] = [await enter({ name: "Ann" }), await enter({ name: "Nobody" }, false)];
    await until(nobody.room, ({ people }) => people.has(ann.userId));
    await until(ann.room, ({ people }) => people.has(ann.userId));

    assert.equal(ann.room.state.people.size, 1);
    await Promise.all([ann.room.leave(), nobody.room.leave()]);
  });

  it("[PPL2] lists a hundred: whoever went first makes room, and nobody who is there", async () => {
    const ann = await enter({ name: "Ann" });
    const [first, ...others] = await Promise.all(Array.from({ length: 99 }, () => enter({})));
    assert.ok(first);
    const late = await enter({ name: "Late" });
    await until(late.room, ({ people }) => people.size === 100);
    assert.ok(!late.room.state.people.has(late.userId), "all who are listed are there");
    await first.room.leave();
    const next = await enter({ name: "Next" });
    await until(ann.room, ({ people }) => people.has(next.userId));

    assert.equal(ann.room.state.people.size, 100);
    assert.ok(!ann.room.state.people.has(first.userId));
    await Promise.all([ann, late, next, ...others].map(({ room }) => room.leave()));
  });
});
