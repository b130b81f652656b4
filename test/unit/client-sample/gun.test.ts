import assert from "node:assert/strict";
import { Gun } from "../../../client-sample/src/game/gun.ts";
import { COOLDOWN_TICKS } from "../../../rooms/arena/rules/level.ts";

describe("Gun", () => {
  it("shoots at once and then as often as the rules allow", () => {
    const gun = new Gun();

    const shots = Array.from({ length: COOLDOWN_TICKS + 1 }, () => gun.step(true, 0));

    assert.deepEqual(
      [...shots.keys()].filter((tick) => shots[tick]),
      [0, COOLDOWN_TICKS],
    );
  });

  it("does not shoot while the trigger is free", () => {
    const gun = new Gun();

    assert.equal(gun.step(false, 0), false);
  });

  it("knows a shot of the server that was shown already", () => {
    const gun = new Gun();
    gun.step(true, 0);

    assert.deepEqual([gun.confirm(200), gun.confirm(200)], [true, false]);
  });

  it("forgets a shot that the server never confirmed", () => {
    const gun = new Gun();
    gun.step(true, 0);

    assert.equal(gun.confirm(60_000), false);
  });
});
