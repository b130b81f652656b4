import assert from "node:assert/strict";
import { type Happening, Watcher } from "../../../client-sample/src/game/watcher.ts";
import type { PickupView, ShipView } from "../../../client-sample/src/net/arena-view.ts";

const SHIP: ShipView = {
  name: "Ship",
  isBot: false,
  isConnected: true,
  colour: 0,
  x: 100,
  y: 100,
  vx: 0,
  vy: 0,
  aim: 0,
  isAlive: true,
  hp: 100,
  score: 0,
  deaths: 0,
  shots: 0,
  beamX: 0,
  beamY: 0,
  hasShield: false,
  hasHaste: false,
  hasOvercharge: false,
};
const REPAIR: PickupView = { kind: "repair", x: 10, y: 20, isThere: true };

type Ships = Record<string, Partial<ShipView>>;

describe("Watcher", () => {
  /** What is seen when `before` becomes `after`. */
  const seenBetween = (before: Ships, after: Ships): readonly Happening[] => {
    const watcher = new Watcher();
    watcher.look({ ships: shipsOf(before), pickups: new Map() });
    return watcher.look({ ships: shipsOf(after), pickups: new Map() });
  };
  const shipsOf = (ships: Ships): Map<string, ShipView> =>
    new Map(Object.entries(ships).map(([id, changes]) => [id, { ...SHIP, ...changes }]));

  it("says nothing about a ship that it sees for the first time", () => {
    const seen = seenBetween({}, { ann: { shots: 7, deaths: 2, hp: 40 } });

    assert.deepEqual(seen, []);
  });

  it("sees a shot, also where the counter begins anew", () => {
    const seen = seenBetween({ ann: { shots: 65535 } }, { ann: { shots: 0 } });

    assert.deepEqual(
      seen.map(({ kind }) => kind),
      ["shot"],
    );
  });

  it("sees that a ship was hurt", () => {
    const seen = seenBetween({ ann: { hp: 100 } }, { ann: { hp: 80 } });

    assert.deepEqual(
      seen.map(({ kind }) => kind),
      ["hurt"],
    );
  });

  it("tells a death, not the last hit that led to it", () => {
    const seen = seenBetween({ ann: { hp: 20 } }, { ann: { hp: 0, isAlive: false, deaths: 1 } });

    assert.deepEqual(
      seen.map(({ kind }) => kind),
      ["died"],
    );
  });

  it("gives each death of a patch to the scorer whose beam ended nearest", () => {
    const before: Ships = { ann: {}, bea: {}, cid: { x: 900 }, dan: { x: 100 } };
    const after: Ships = {
      ann: { score: 1, beamX: 100, beamY: 100 },
      bea: { score: 1, beamX: 900, beamY: 100 },
      cid: { x: 900, deaths: 1, isAlive: false },
      dan: { x: 100, deaths: 1, isAlive: false },
    };

    const killers = seenBetween(before, after).map((seen) => (seen.kind === "died" ? [seen.id, seen.killer?.id] : []));

    assert.deepEqual(killers, [
      ["cid", "bea"],
      ["dan", "ann"],
    ]);
  });

  it("names no killer where nobody scored", () => {
    const [seen] = seenBetween({ ann: {} }, { ann: { deaths: 1, isAlive: false } });

    assert.equal(seen?.kind === "died" && seen.killer, undefined);
  });

  it("sees that a ship came back", () => {
    const seen = seenBetween({ ann: { isAlive: false, hp: 0 } }, { ann: { isAlive: true } });

    assert.deepEqual(
      seen.map(({ kind }) => kind),
      ["spawned"],
    );
  });

  it("sees nothing in a round that begins anew", () => {
    const seen = seenBetween({ ann: { score: 5, deaths: 3 } }, { ann: { score: 0, deaths: 0 } });

    assert.deepEqual(seen, []);
  });

  it("sees that a pick-up was taken, once", () => {
    const watcher = new Watcher();
    const taken = { ships: new Map(), pickups: new Map([["north", { ...REPAIR, isThere: false }]]) };
    watcher.look({ ships: new Map(), pickups: new Map([["north", REPAIR]]) });

    const seen = [watcher.look(taken), watcher.look(taken)];

    assert.deepEqual(seen, [[{ kind: "taken", pickup: "repair", x: 10, y: 20 }], []]);
  });
});
