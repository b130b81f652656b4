import { setTimeout as delay } from "node:timers/promises";
import { Citizen } from "./citizen.ts";
import { Drawer } from "./drawer.ts";
import { Pen } from "./pen.ts";
import { EDGE, NODES } from "./plan.ts";
import { enterArena, enterStamped } from "./player.ts";
import type { StockSeat } from "./stock-seat.ts";
import type { World } from "./world.ts";

const BOARDS = ["board-a", "board-b", "board-c"];
const STAMPED_ROOMS = ["room-a", "room-b", "room-c"];
/** Of ten bots. */
const [PLAYERS, FLYERS, PENS, DRAWERS, CITIZENS] = [0.4, 0.1, 0.1, 0.15, 0.15];
const STAY_MS = [2000, 12_000] as const;
const AWAY_MS = [500, 4000] as const;
const IDLE_MS = 200;
const DROP_SHARE = 0.4;
/** Each room that says who acts for it is watched at every process: one that goes on too long would be heard at its own door alone. */
const ENTRANCES = STAMPED_ROOMS.flatMap((id) => [EDGE, ...NODES].map((via) => ({ id, via })));
/** Where who else comes in, in turn: most by the edge, some at a node. */
const DOORS = [EDGE, EDGE, EDGE, EDGE, ...NODES];

/** Everybody who is in the cluster: those who stay, and those who come and go. */
export class Load {
  readonly pens: Pen[] = [];
  readonly drawers: Drawer[] = [];
  readonly citizens: Citizen[] = [];
  readonly #world: World;
  readonly #seats = new Set<StockSeat>();
  readonly #cycles: Promise<void>[] = [];
  #isResting = false;
  #inTransit = 0;
  #woken = Promise.withResolvers<void>();
  readonly #userIds = new Set<string>();
  #joins = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Brings in so many; resolves when those are there who stay. */
  async open(bots: number): Promise<void> {
    const counts = [PLAYERS, FLYERS, PENS, DRAWERS, CITIZENS].map((share) => Math.max(2, Math.round(share * bots)));
    counts[0] = Math.max(counts[0] ?? 0, ENTRANCES.length);
    const [players = 0, flyers = 0, pens = 0, drawers = 0, citizens = 0] = counts;
    const visitors = Math.max(2, bots - counts.reduce((sum, count) => sum + count, 0));
    await Promise.all([
      ...numbers(players).map((n) => this.#keep(() => this.#watch(`player-${n}`, n))),
      ...numbers(flyers).map((n) => this.#keep(() => enterArena(this.#world, whoAndWhere(`flyer-${n}`, n)))),
      ...numbers(pens).map((n) => this.#openPen(n)),
      ...numbers(drawers).map((n) => this.#openDrawer(n)),
      ...numbers(citizens).map((n) => this.#openCitizen(n)),
    ]);
    const ids = this.citizens.map(({ userId }) => userId);
    for (const citizen of this.citizens.filter((_, n) => n % 2 === 0)) citizen.watch(ids);
    for (const n of numbers(visitors)) this.#cycles.push(this.#visit(n));
    for (const citizen of this.citizens.filter((_, n) => n % 2 === 1)) this.#cycles.push(this.#wander(citizen));
  }

  /** All who mean to be there by the stock SDK. */
  get seats(): readonly StockSeat[] {
    return [...this.#seats].filter((seat) => !seat.isForgotten);
  }

  /** Everybody who ever came. */
  get userIds(): readonly string[] {
    return [...this.#userIds];
  }

  /** How often somebody came in. */
  get joins(): number {
    return this.#joins;
  }

  /** Who is on the way in or out. */
  get inTransit(): number {
    return this.#inTransit;
  }

  /** From now on nobody comes, goes or pushes; what is on its way is waited for elsewhere. */
  rest(): void {
    this.#isResting = true;
    for (const pusher of [...this.pens, ...this.drawers]) pusher.isPushing = false;
  }

  /** All go on. */
  wake(): void {
    this.#isResting = false;
    for (const pusher of [...this.pens, ...this.drawers]) pusher.isPushing = true;
    this.#woken.resolve();
    this.#woken = Promise.withResolvers();
  }

  async close(): Promise<void> {
    this.#world.isOver = true;
    this.wake();
    for (const pen of this.pens) pen.close();
    for (const seat of this.#seats) seat.close();
    const leaving = [...this.drawers.map((drawer) => drawer.close()), ...this.citizens.map((citizen) => citizen.go())];
    await Promise.race([Promise.allSettled([...leaving, ...this.#cycles]), delay(15_000, undefined, { ref: false })]);
  }

  async #keep(enter: () => Promise<StockSeat | undefined>): Promise<StockSeat | undefined> {
    this.#inTransit++;
    const seat = await enter();
    this.#inTransit--;
    if (!seat) return undefined;
    this.#seats.add(seat);
    this.#userIds.add(seat.visit.userId);
    this.#joins++;
    return seat;
  }

  #watch(userId: string, n: number): Promise<StockSeat | undefined> {
    const { id, via } = ENTRANCES[n % ENTRANCES.length] ?? { id: "", via: EDGE };
    return enterStamped(this.#world, { userId, via, options: {} }, id);
  }

  #stamped(userId: string, n: number): Promise<StockSeat | undefined> {
    const id = STAMPED_ROOMS[n % STAMPED_ROOMS.length] ?? "";
    return enterStamped(this.#world, { ...whoAndWhere(userId, n), options: {} }, id);
  }

  async #openPen(n: number): Promise<void> {
    const pen = await Pen.open(this.#world, whoAndWhere(`pen-${n}`, n), boardOf(n));
    if (!pen) return;
    this.pens.push(pen);
    this.#seats.add(pen.seat);
  }

  async #openDrawer(n: number): Promise<void> {
    this.drawers.push(await Drawer.open(this.#world, `drawer-${n}`, doorOf(n), boardOf(n)));
  }

  async #openCitizen(n: number): Promise<void> {
    const citizen = new Citizen(this.#world, `citizen-${n}`, doorOf(n));
    this.citizens.push(citizen);
    await citizen.come();
  }

  /** Somebody who comes and goes, in turn to rooms of the two kinds. */
  async #visit(n: number): Promise<void> {
    const world = this.#world;
    for (let visit = n; !world.isOver; visit++) {
      const [who, isPlayer] = [`visitor-${n}`, visit % 2 === 0];
      const enter = () => (isPlayer ? this.#stamped(who, visit) : enterArena(world, whoAndWhere(who, visit)));
      const seat = await this.#keep(enter);
      if (seat) await this.#stayAndLeave(seat);
      await world.pause(...AWAY_MS);
      await this.#awake(() => true);
    }
  }

  /** Loses the connection in between, perhaps. */
  async #stayAndLeave(seat: StockSeat): Promise<void> {
    const world = this.#world;
    await world.pause(...STAY_MS);
    if (world.random() < DROP_SHARE) seat.drop();
    await world.pause(...STAY_MS);
    await this.#awake(() => seat.isThere || seat.isForgotten);
    if (world.isOver) return;
    this.#seats.delete(seat);
    await this.#transit(() => seat.leave());
  }

  /** Somebody in the list of people who goes away and comes back. */
  async #wander(citizen: Citizen): Promise<void> {
    const world = this.#world;
    while (!world.isOver) {
      await world.pause(...STAY_MS);
      await this.#awake(() => true);
      if (world.isOver) return;
      if (citizen.isHere) await this.#transit(() => citizen.go());
      else await this.#transit(() => citizen.come());
    }
  }

  async #transit(work: () => Promise<void>): Promise<void> {
    this.#inTransit++;
    await work();
    this.#inTransit--;
  }

  /** Waits while all rest, and until something holds; no longer than the run. */
  async #awake(holds: () => boolean): Promise<void> {
    while ((this.#isResting || !holds()) && !this.#world.isOver) {
      await Promise.race([this.#woken.promise, delay(IDLE_MS)]);
    }
  }
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n);
}

function whoAndWhere(userId: string, n: number): { readonly userId: string; readonly via: string } {
  return { userId, via: doorOf(n) };
}

function doorOf(n: number): string {
  return DOORS[n % DOORS.length] ?? EDGE;
}

function boardOf(n: number): string {
  return BOARDS[n % BOARDS.length] ?? "board";
}
