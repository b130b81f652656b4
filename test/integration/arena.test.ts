import assert from "node:assert/strict";
import type { Room } from "@colyseus/sdk";
import type { ArenaState, ShipState } from "../../rooms/arena/arena-state.ts";
import { ARENA_HEIGHT, ARENA_WIDTH } from "../../rooms/arena/rules/level.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

type ArenaClient = Room<unknown, ArenaState>;

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
    const input = room.input<{ moveX: number; moveY: number; aim: number; fire: boolean }>();
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
    const input = room.input<{ moveX: number; moveY: number; aim: number; fire: boolean }>();
    const { x: startX, y: startY } = shipOf(room, room.sessionId);
    const direction = startX > 1200 ? -127 : 127;
    const ticks = test.nextEvent("tick:ran").then(() => 0);
    await ticks;
    let ran = 0;
    const stop = test.node.telemetry.on("tick:ran", () => {
      ran++;
    });

    while (ran < 20) {
      for (let sent = 0; sent < 10; sent++) {
        Object.assign(input.data, { moveX: direction, moveY: 0, aim: 0, fire: false });
        input.send();
      }
      await room.waitForNextPatch();
    }
    await room.waitForNextPatch();
    stop();

    const { x, y } = shipOf(room, room.sessionId);
    const farthest = ((ran + 6) / 30) * 340;
    assert.ok(Math.hypot(x - startX, y - startY) <= farthest);
    await room.leave();
  });

  it("[ARN7] commands of NaN, infinite and huge numbers leave every number of the state finite", async () => {
    const room = await create({ bots: 1 });
    const input = room.input<{ moveX: number; moveY: number; aim: number; fire: boolean }>();

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

  it("[ARN9] hits what the shooter sees, and only that", async () => {
    const shooter = await create({ private: true, bots: 0 });
    const target = (await test.colyseus.sdk.joinById(shooter.roomId)) as ArenaClient; // as above
    await target.waitForInitialState();
    await until(shooter, () => shooter.state.ships.size === 2);
    const row = shipOf(shooter, target.sessionId).y < ARENA_HEIGHT / 2 ? LANE : ARENA_HEIGHT - LANE;
    const [hunt, come] = [pilot(shooter, row), pilot(target, row)];

    while (shipOf(shooter, target.sessionId).hp === 100) {
      const [me, prey] = [shipOf(shooter, shooter.sessionId), shipOf(shooter, target.sessionId)];
      hunt({ aim: Math.atan2(prey.y - me.y, prey.x - me.x), fire: true });
      come({ aim: 0, fire: false });
      await shooter.waitForNextPatch();
    }

    assert.equal(shipOf(shooter, target.sessionId).hp, 80);
    assert.equal(shipOf(shooter, shooter.sessionId).hp, 100);
    await Promise.all([shooter.leave(), target.leave()]);
  }).timeout(60_000);

  /** No wall is nearer to the arena's edge than twice this. */
  const LANE = 100;

  /** Steers a ship around the walls: out to the nearest side, along it to `row`, then to the middle of that row. */
  const pilot = (room: ArenaClient, row: number): ((gun: { aim: number; fire: boolean }) => void) => {
    const input = room.input<{ moveX: number; moveY: number; aim: number; fire: boolean }>();
    const side = shipOf(room, room.sessionId).x < ARENA_WIDTH / 2 ? LANE : ARENA_WIDTH - LANE;
    const legs: { x?: number; y?: number }[] = [{ x: side }, { y: row }, { x: ARENA_WIDTH / 2 }];
    const push = (distance: number): number => (Math.abs(distance) < 20 ? 0 : 127 * Math.sign(distance));
    return (gun) => {
      const me = shipOf(room, room.sessionId);
      const leg = legs[0] ?? {};
      const [moveX, moveY] = [push((leg.x ?? me.x) - me.x), push((leg.y ?? me.y) - me.y)];
      if (moveX === 0 && moveY === 0) legs.shift();
      Object.assign(input.data, { moveX, moveY, ...gun });
      input.send();
      input.send();
    };
  };
});
