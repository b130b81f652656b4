import assert from "node:assert/strict";
import {
  BEAM_DAMAGE,
  BEAM_RANGE,
  COOLDOWN_TICKS,
  OVERCHARGE_DAMAGE,
  SHIP_RADIUS,
} from "../../../../../rooms/arena/rules/level.ts";
import { arenaWith, command, OPEN, shipIn, step, stepTimes } from "./arena-fixtures.ts";

const FIRE = [command({ fire: true })];
const SHOOTER = { id: "shooter", ...OPEN };
const TARGET = { id: "target", ...OPEN, x: 600 };

describe("a shot", () => {
  it("hurts the ship that it hits", () => {
    const { world } = step(arenaWith(SHOOTER, TARGET), { shooter: FIRE });

    assert.equal(shipIn(world, "target").hp, 100 - BEAM_DAMAGE);
  });

  it("hurts double with overcharge", () => {
    const { world } = step(arenaWith({ ...SHOOTER, overchargeTicks: 2 }, TARGET), { shooter: FIRE });

    assert.equal(shipIn(world, "target").hp, 100 - OVERCHARGE_DAMAGE);
  });

  it("shows where its beam ended", () => {
    const { world } = step(arenaWith(SHOOTER, TARGET), { shooter: FIRE });

    const { shots, beamX, beamY } = shipIn(world, "shooter");
    assert.deepEqual({ shots, beamX, beamY }, { shots: 1, beamX: 600 - SHIP_RADIUS, beamY: OPEN.y });
  });

  it("counts shots from 0 again after 65535", () => {
    const { world } = step(arenaWith({ ...SHOOTER, shots: 65535 }), { shooter: FIRE });

    assert.equal(shipIn(world, "shooter").shots, 0);
  });

  it("is told as an event, and its hit as another", () => {
    const { events } = step(arenaWith(SHOOTER, TARGET), { shooter: FIRE });

    assert.deepEqual(events, [
      { kind: "shot", shipId: "shooter" },
      { kind: "hit", shipId: "shooter", targetId: "target", damage: BEAM_DAMAGE },
    ]);
  });

  it("[ARN3] leaves the gun once per cooldown, however many commands ask for it", () => {
    const flood = Array.from({ length: 32 }, () => command({ fire: true }));

    const world = stepTimes(arenaWith(SHOOTER), 4 * COOLDOWN_TICKS, { shooter: flood });

    assert.equal(shipIn(world, "shooter").shots, 4);
  });

  it("[ARN3] leaves the gun again after the cooldown", () => {
    const waiting = stepTimes(arenaWith(SHOOTER), COOLDOWN_TICKS, { shooter: FIRE });

    const { world } = step(waiting, { shooter: FIRE });

    assert.deepEqual([shipIn(waiting, "shooter").shots, shipIn(world, "shooter").shots], [1, 2]);
  });

  it("[ARN8] does not hurt a ship behind a wall", () => {
    const before = arenaWith({ id: "shooter", x: 1100, y: 800 }, { id: "target", x: 1300, y: 800 });

    const { world } = step(before, { shooter: FIRE });

    assert.equal(shipIn(world, "target").hp, 100);
  });

  it("[ARN8] does not hurt a ship out of range", () => {
    const before = arenaWith(SHOOTER, { ...TARGET, x: OPEN.x + BEAM_RANGE + SHIP_RADIUS + 1 });

    const { world } = step(before, { shooter: FIRE });

    assert.equal(shipIn(world, "target").hp, 100);
  });

  it("[ARN9] hits a ship where its shooter saw it, though it has moved on", () => {
    const before = arenaWith(SHOOTER, { ...TARGET, y: OPEN.y + 60 });

    const { world } = step(before, { shooter: FIRE }, () => ({ x: 600, y: OPEN.y }));

    assert.equal(shipIn(world, "target").hp, 100 - BEAM_DAMAGE);
  });

  it("[ARN9] misses a ship where its shooter did not see it, though it is there now", () => {
    const before = arenaWith(SHOOTER, TARGET);

    const { world } = step(before, { shooter: FIRE }, () => ({ x: 600, y: OPEN.y + 60 }));

    assert.equal(shipIn(world, "target").hp, 100);
  });

  it("[ARN10] does not hurt a ship with a shield", () => {
    const { world } = step(arenaWith(SHOOTER, { ...TARGET, shieldTicks: 2 }), { shooter: FIRE });

    assert.equal(shipIn(world, "target").hp, 100);
  });

  it("[ARN10] ends the shield of its shooter", () => {
    const { world } = step(arenaWith({ ...SHOOTER, shieldTicks: 60 }), { shooter: FIRE });

    assert.equal(shipIn(world, "shooter").shieldTicks, 0);
  });

  it("does not leave the gun of a dead ship", () => {
    const { events } = step(arenaWith({ ...SHOOTER, isAlive: false, respawnTicks: 9 }), { shooter: FIRE });

    assert.deepEqual(events, []);
  });
});

describe("a kill", () => {
  const lastHit = () => step(arenaWith(SHOOTER, { ...TARGET, hp: BEAM_DAMAGE }), { shooter: FIRE });

  it("[ARN5] is a point for the shooter and a death for the target", () => {
    const { world } = lastHit();

    assert.equal(shipIn(world, "shooter").score, 1);
    assert.equal(shipIn(world, "target").deaths, 1);
  });

  it("[ARN4] leaves the target dead with no hit points", () => {
    const { isAlive, hp } = shipIn(lastHit().world, "target");

    assert.deepEqual({ isAlive, hp }, { isAlive: false, hp: 0 });
  });

  it("[ARN4] takes no more hit points than are left", () => {
    const before = arenaWith({ ...SHOOTER, overchargeTicks: 2 }, { ...TARGET, hp: 1 });

    assert.equal(shipIn(step(before, { shooter: FIRE }).world, "target").hp, 0);
  });

  it("ends what the target had picked up", () => {
    const before = arenaWith(SHOOTER, { ...TARGET, hp: 1, hasHaste: true, hasteTicks: 99, overchargeTicks: 99 });

    const { hasHaste, hasteTicks, overchargeTicks } = shipIn(step(before, { shooter: FIRE }).world, "target");

    assert.deepEqual([hasHaste, hasteTicks, overchargeTicks], [false, 0, 0]);
  });

  it("[ARN5] counts once when two hit in the same tick", () => {
    const before = arenaWith(SHOOTER, { id: "second", ...OPEN, x: 900 }, { ...TARGET, hp: 1 });

    const { events } = step(before, { shooter: FIRE, second: [command({ fire: true, aim: Math.PI })] });

    assert.equal(events.filter(({ kind }) => kind === "kill").length, 1);
  });

  it("leaves the target its own shot of the same tick", () => {
    const before = arenaWith({ ...SHOOTER, hp: 1 }, { ...TARGET, hp: 1 });

    const { world } = step(before, { shooter: FIRE, target: [command({ fire: true, aim: Math.PI })] });

    assert.deepEqual([shipIn(world, "shooter").score, shipIn(world, "target").score], [1, 1]);
  });
});
