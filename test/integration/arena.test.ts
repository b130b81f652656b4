import assert from "node:assert/strict";
import { matchMaker } from "@colyseus/core";
import type { Room } from "@colyseus/sdk";
import type { ArenaRoom } from "../../rooms/arena/arena-room.ts";
import type { ArenaState, ShipState } from "../../rooms/arena/arena-state.ts";
import {
  ARENA_HEIGHT,
  ARENA_WIDTH,
  BEAM_DAMAGE,
  COMMAND_BUDGET,
  MAX_HP,
  MAX_SPEED,
  SHIP_RADIUS,
  TICK_RATE_HZ,
} from "../../rooms/arena/rules/level.ts";
import type { Point } from "../../rooms/arena/rules/world.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

type ArenaClient = Room<unknown, ArenaState>;
type Draft = { moveX: number; moveY: number; aim: number; fire: boolean };

describe("the arena room", () => {
  let test: TestNode;
  before(async () => {
    test = await startNode();
  });
  after(() => test.close());

  const create = async (options: object): Promise<ArenaClient> => {
    const room = (await test.colyseus.sdk.create("arena", options)) as ArenaClient; // the SDK cannot know the type
    await room.waitForInitialState();
    return room;
  };
  const shipOf = (seenBy: ArenaClient, id: string): ShipState => {
    const ship = seenBy.state.ships.get(id);
    assert.ok(ship, `a ship for ${id}`);
    return ship;
  };
  const until = async (room: ArenaClient, holds: () => boolean): Promise<void> => {
    while (!holds()) await room.waitForNextPatch();
  };
  const bots = (room: ArenaClient): number => [...room.state.ships.values()].filter(({ isBot }) => isBot).length;

  it("suits a move between two rounds, and while nobody plays, but not in a round", async () => {
    const room = await create({ bots: 0 });
    const hosted = matchMaker.getLocalRoomById(room.roomId) as unknown as ArenaRoom;
    const inRound = hosted.canMoveNow();

    await room.leave();
    while (hosted.clients.length > 0) await new Promise((resolve) => setImmediate(resolve));

    assert.deepEqual([inRound, hosted.canMoveNow()], [false, true]);
  });

  it("gives a lone visitor as many bots as asked for, and takes one away for each further player", async () => {
    const first = await create({ bots: 2 });
    const botsBefore = bots(first);

    const second = await test.colyseus.sdk.joinById(first.roomId);
    await until(first, () => first.state.ships.size === 3 && bots(first) === 1);

    assert.equal(botsBefore, 2);
    await Promise.all([first.leave(), second.leave()]);
  });

  it("moves a ship by the commands of its player and acknowledges them", async () => {
    const room = await create({ bots: 0 });
    const input = room.input<Draft>();
    const start = shipOf(room, room.sessionId).x;
    const direction = start > 1200 ? -127 : 127;

    for (let sent = 0; sent < 6; sent++) {
      Object.assign(input.data, { moveX: direction, moveY: 0, aim: 0, fire: false });
      input.send();
    }
    await until(room, () => input.lastProcessed === 6);

    assert.equal(Math.sign(shipOf(room, room.sessionId).x - start), Math.sign(direction));
    await room.leave();
  });

  it("[ARN2] a client that sends ten times as many commands moves no farther than time allows", async () => {
    const room = await create({ bots: 0 });
    const input = room.input<Draft>();
    const { x: startX, y: startY } = shipOf(room, room.sessionId);
    const direction = startX > 1200 ? -127 : 127;
    const startMs = room.clock.lastServerTime();
    const ranTicks = (): number => ((room.clock.lastServerTime() - startMs) / 1000) * TICK_RATE_HZ;

    while (ranTicks() < 20) {
      for (let sent = 0; sent < 10; sent++) {
        Object.assign(input.data, { moveX: direction, moveY: 0, aim: 0, fire: false });
        input.send();
      }
      await room.waitForNextPatch();
    }

    const { x, y } = shipOf(room, room.sessionId);
    const [steps, ticks] = [(Math.hypot(x - startX, y - startY) / MAX_SPEED) * TICK_RATE_HZ, ranTicks()];
    // Two patches 20 ticks of time apart may have 21 between them.
    assert.ok(ticks / 2 <= steps && steps <= ticks + 1 + COMMAND_BUDGET, `${steps} steps in ${ticks} ticks`);
    await room.leave();
  });

  it("[ARN7] commands of NaN, infinite and huge numbers leave every number of the state finite", async () => {
    const room = await create({ bots: 1 });
    const input = room.input<Draft>();

    for (const aim of [Number.NaN, Number.POSITIVE_INFINITY, 1e300, -1e300]) {
      Object.assign(input.data, { moveX: 127, moveY: -128, aim, fire: true });
      input.send();
    }
    await until(room, () => input.lastProcessed === 4);

    const { x, y, vx, vy, aim, beamX, beamY } = shipOf(room, room.sessionId);
    assert.ok([x, y, vx, vy, aim, beamX, beamY].every(Number.isFinite));
    await room.leave();
  });

  it("renames a ship for everyone", async () => {
    const room = await create({ name: "Ann", bots: 0 });

    room.send("rename", { name: "Bea" });

    await until(room, () => shipOf(room, room.sessionId).name === "Bea");
    await room.leave();
  });

  it("[LOB2] gives a private room a code of six letters by which others join, and by which alone", async () => {
    const room = await create({ private: true, bots: 0 });

    const friend = await test.colyseus.sdk.joinById(room.roomId);
    const stranger = await test.colyseus.sdk.joinOrCreate("arena", { bots: 0 });

    assert.match(room.roomId, /^[A-HJKMNP-Z2-9]{6}$/);
    assert.equal(friend.roomId, room.roomId);
    assert.notEqual(stranger.roomId, room.roomId);
    await Promise.all([room.leave(), friend.leave(), stranger.leave()]);
  });

  it("[MMK4] refuses the thirty-third player with ROOM_FULL", async () => {
    const room = await create({ private: true, bots: 0 });
    const seats = await Promise.all(Array.from({ length: 31 }, () => test.colyseus.sdk.joinById(room.roomId)));

    await assert.rejects(test.colyseus.sdk.joinById(room.roomId), /ROOM_FULL/);

    await Promise.all([room, ...seats].map((seat) => seat.leave()));
  });

  it("[ARN9] hits a ship that crosses at full speed where its shooter saw it, not where it is", async () => {
    const shooter = await create({ private: true, bots: 0 });
    const target = (await test.colyseus.sdk.joinById(shooter.roomId)) as ArenaClient; // as above
    await target.waitForInitialState();
    await until(shooter, () => shooter.state.ships.size === 2);
    const me = (): ShipState => shipOf(shooter, shooter.sessionId);
    const prey = (): ShipState => shipOf(shooter, target.sessionId);
    const [side, row] = [nearestLane(me().x, ARENA_WIDTH), nearestLane(me().y, ARENA_HEIGHT)];
    const [stand, turn] = [inwards(side, 500), inwards(row, 600)];
    const laps = Array.from({ length: 20 }, () => [{ y: turn }, { y: row }]).flat();
    const hunt = pilot(shooter, [{ x: side }, { y: row }, { x: stand }]);
    const cross = pilot(target, [{ x: nearestLane(prey().x, ARENA_WIDTH) }, { y: row }, { x: side }, ...laps]);
    const seenPrey = delayedView(shooter, target.sessionId);

    while (prey().hp === MAX_HP && me().shots < 5) {
      const seen = seenPrey();
      const aim = Math.atan2(seen.y - me().y, seen.x - me().x);
      const isStanding = Math.abs(me().x - stand) < 50 && me().vx === 0;
      const isCrossing = Math.abs(prey().x - side) < 50 && Math.abs(prey().vy) > 0.9 * MAX_SPEED;
      hunt({ aim, fire: isStanding && isCrossing && distanceFromBeam(prey(), me(), aim) > 3 * SHIP_RADIUS });
      cross({ aim: 0, fire: false });
      await shooter.waitForNextPatch();
    }

    assert.equal(prey().hp, MAX_HP - BEAM_DAMAGE, `after ${me().shots} shots`);
    assert.equal(me().hp, MAX_HP);
    await Promise.all([shooter.leave(), target.leave()]);
  }).timeout(60_000);

  /** How far in the past the shooter sees others: a ship at top speed is 85 units farther by then. */
  const VIEW_DELAY_MS = 250;
  /** No wall is nearer to the arena's edge than twice this. */
  const LANE = 100;
  const nearestLane = (at: number, size: number): number => (at < size / 2 ? LANE : size - LANE);
  const inwards = (lane: number, distance: number): number => (lane === LANE ? lane + distance : lane - distance);
  const distanceFromBeam = (place: Point, from: Point, aim: number): number =>
    Math.abs((place.y - from.y) * Math.cos(aim) - (place.x - from.x) * Math.sin(aim));

  /** Where that ship is on a screen which shows what was VIEW_DELAY_MS ago, between two patches on the line of both. */
  const delayedView = (room: ArenaClient, id: string): (() => Point) => {
    const places: (Point & { readonly atMs: number })[] = [];
    const note = (): void => {
      const { x, y } = shipOf(room, id);
      places.unshift({ x, y, atMs: room.clock.lastServerTime() });
      places.splice(20);
    };
    note();
    room.onStateChange(note);
    return () => {
      const shownMs = room.clock.serverNow() - room.clock.smoothedRtt() / 2 - VIEW_DELAY_MS;
      const index = places.findIndex(({ atMs }) => atMs <= shownMs);
      const [next, last] = [places[index - 1], places[index]];
      if (!next || !last) return shipOf(room, id);
      const part = (shownMs - last.atMs) / (next.atMs - last.atMs);
      return { x: last.x + part * (next.x - last.x), y: last.y + part * (next.y - last.y) };
    };
  };

  /** Steers a ship along `legs`, one axis at a time; three commands in two patches are one a tick. */
  const pilot = (room: ArenaClient, legs: { x?: number; y?: number }[]): ((gun: Partial<Draft>) => void) => {
    const input = room.input<Draft>({ renderDelay: VIEW_DELAY_MS });
    const push = (distance: number): number => (Math.abs(distance) < 20 ? 0 : 127 * Math.sign(distance));
    let patches = 0;
    return (gun) => {
      const me = shipOf(room, room.sessionId);
      const leg = legs[0] ?? {};
      const [moveX, moveY] = [push((leg.x ?? me.x) - me.x), push((leg.y ?? me.y) - me.y)];
      if (moveX === 0 && moveY === 0) legs.shift();
      Object.assign(input.data, { moveX, moveY, ...gun });
      input.send();
      if (patches++ % 2 === 0) input.send();
    };
  };
});
