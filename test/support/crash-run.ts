import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "../../src/clock/clock.ts";
import { checkBoard } from "./crash-check.ts";
import { type CrashOrder, CrashProcess, MOMENTS, type Moment } from "./crash-process.ts";
import { type Life, PushingClient } from "./pushing-client.ts";
import type { TestRedis } from "./redis.ts";

/** One run: clients push to some boards while the node that keeps these is killed again and again. */
export interface CrashRun {
  readonly seed: number;
  readonly kills: number;
  /** Where the documents are kept, and then it is killed, too; in a folder where there is none. */
  readonly redis?: TestRedis | undefined;
}

/** One kill. */
export interface Kill extends Life {
  /** When the node ended itself, or that it was killed from outside at any moment. */
  readonly moment: Moment | "any";
}

/** What came of a run. */
export interface CrashOutcome {
  readonly kills: readonly Kill[];
  readonly redisKills: number;
  readonly acknowledgedPushes: number;
}

const BOARDS = ["one", "two", "three"];
const CLIENTS_PER_BOARD = 4;
/** Share of the kills after which one client never comes back. */
const GONE_SHARE = 0.2;
/** How often a moment may come before it is the last. */
const MAX_OCCASION: Readonly<Record<Moment, number>> = {
  append: 12,
  appending: 12,
  appended: 12,
  compact: 3,
  compacting: 3,
  compacted: 3,
  opened: BOARDS.length,
};
/** Short enough for some to be killed before anybody is in, and long enough for others to be long at work. */
const MAX_LIFE_MS = 800;
/** Redis is spared in one of so many lives; not a divisor of how many moments there are, so that each meets both. */
const REDIS_SPARED_EVERY = 3;
const MAX_REDIS_AWAY_MS = 300;
/** A moment that has not come by then does not come. */
const MAX_WAIT_MS = 20_000;
const OPTIONS = [
  ...["--port", "0", "--host", "127.0.0.1", "--log-level", "error"],
  // A machine that is busy with killing is no reason to refuse anybody.
  ...["--max-loop-delay-ms", "60000", "--max-tick-lateness-ms", "60000"],
];

/**
 * Plays a run and checks every board at its end; see `checkBoard`. Its seed decides when who is killed, as far as one can
 * decide that.
 *
 * @throws Error with the seed
 */
export async function playCrashRun(run: CrashRun): Promise<CrashOutcome> {
  const dir = await mkdtemp(join(tmpdir(), "arena-crash-"));
  const world = new World(run, dir);
  try {
    return await world.play();
  } catch (cause) {
    throw new Error(`CRASH_SEED=${run.seed}, after ${world.lives} lives: ${explain(cause)}`, { cause });
  } finally {
    await world.end();
    await rm(dir, { recursive: true });
  }
}

function explain(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause === undefined ? cause.message : `${cause.message}: ${explain(cause.cause)}`;
}

/** The clients at one board. */
interface Board {
  readonly id: string;
  readonly present: PushingClient[];
  readonly gone: PushingClient[];
}

/** A node that serves, and its clients, who reject where it does what it must not. */
interface Scene {
  readonly node: CrashProcess;
  readonly life: Life;
  readonly work: Promise<unknown>;
}

class World {
  /** How many nodes have begun. */
  lives = 0;
  readonly #run: CrashRun;
  readonly #dir: string;
  readonly #random: () => number;
  readonly #boards: readonly Board[];
  #node: CrashProcess | undefined;
  #next: CrashProcess;
  #clientsMade = 0;
  #redisKills = 0;

  constructor(run: CrashRun, dir: string) {
    this.#run = run;
    this.#dir = dir;
    this.#random = seededRandom(run.seed);
    this.#next = new CrashProcess(join(dir, "compiled"));
    this.#boards = BOARDS.map((id) => {
      const present = Array.from({ length: CLIENTS_PER_BOARD }, () => this.#newClient(id));
      return { id, present, gone: [] };
    });
  }

  async play(): Promise<CrashOutcome> {
    const kills: Kill[] = [];
    while (kills.length < this.#run.kills) {
      kills.push(await this.#live(MOMENTS[kills.length % (MOMENTS.length + 1)]));
      if (this.#random() < GONE_SHARE) this.#replaceOne();
    }
    await this.#settle();
    await this.#check();
    const everybody = this.#boards.flatMap(({ present, gone }) => [...present, ...gone]);
    const acknowledgedPushes = everybody.reduce((sum, { acked }) => sum + acked, 0);
    return { kills, redisKills: this.#redisKills, acknowledgedPushes };
  }

  async end(): Promise<void> {
    await Promise.all([this.#next.kill(), this.#node?.kill()]);
  }

  /** A node begins, is pushed to, and ends. */
  async #live(moment: Moment | undefined): Promise<Kill> {
    const occasion = 1 + Math.floor(this.#random() * (moment ? MAX_OCCASION[moment] : 0));
    const waitMs = moment ? MAX_WAIT_MS : this.#random() * MAX_LIFE_MS;
    const { node, life, work } = await this.#begin({ moment, occasion });
    const redisIsBack = this.#killRedis();
    const isOver = await Promise.race([
      node.ended.then(() => true),
      delay(waitMs, false, { ref: false }),
      rejection(work),
    ]);
    await node.kill();
    await Promise.all([work, redisIsBack]);
    if (!this.#run.redis) assert.equal(node.log, "", "nothing failed");
    return Object.assign(life, { moment: isOver && moment ? moment : ("any" as const) });
  }

  async #begin({ moment, occasion }: Pick<CrashOrder, "moment" | "occasion">): Promise<Scene> {
    const { redis, seed } = this.#run;
    const node = this.#next;
    this.#node = node;
    this.#next = new CrashProcess(join(this.#dir, "compiled"));
    this.lives++;
    const store = redis ? ["--redis-url", redis.url] : ["--data-dir", this.#dir];
    const port = await node.serve({ args: [...OPTIONS, ...store], moment, occasion, seed: seed + this.lives });
    assert.ok(port !== undefined || moment === "opened", `A node did not start: ${node.log}`);
    const life: Life = { port: port ?? 0, ended: node.ended, foundPushes: 0 };
    const clients = port === undefined ? [] : this.#boards.flatMap(({ present }) => present);
    const work = Promise.all(clients.map((client) => client.live(life)));
    return { node, life, work };
  }

  /** In some lives Redis dies, too, and comes back. */
  async #killRedis(): Promise<void> {
    const { redis } = this.#run;
    const isSpared = this.lives % REDIS_SPARED_EVERY === 0;
    const [aliveMs, awayMs] = [this.#random() * MAX_LIFE_MS, this.#random() * MAX_REDIS_AWAY_MS];
    if (!redis || isSpared) return;
    await delay(aliveMs);
    await redis.kill();
    this.#redisKills++;
    await delay(awayMs);
    await redis.restart();
  }

  /** One more node, on which everybody gets an answer to what it pushed. */
  async #settle(): Promise<void> {
    const { node, work } = await this.#begin({ moment: undefined, occasion: 1 });
    for (const { present } of this.#boards) await Promise.race([settle(present), rejection(work)]);
    await node.kill();
    await work;
  }

  /** And one more, so that what newcomers read comes from the store. */
  async #check(): Promise<void> {
    const { node, life, work } = await this.#begin({ moment: undefined, occasion: 1 });
    for (const board of this.#boards) {
      const reader = this.#newClient(board.id);
      reader.isPushing = false;
      const reading = reader.live(life);
      const lastSeq = Math.max(...board.present.map(({ ackedSeq }) => ackedSeq));
      const haveRead = Promise.all([reader, ...board.present].map((client) => client.settled(lastSeq)));
      await Promise.race([haveRead, rejection(Promise.all([work, reading]))]);
      checkBoard(reader, board);
    }
    await node.kill();
    await work;
  }

  #replaceOne(): void {
    const board = this.#boards[Math.floor(this.#random() * this.#boards.length)];
    const client = board?.present.shift();
    if (!board || !client) return;
    board.gone.push(client);
    board.present.push(this.#newClient(board.id));
  }

  #newClient(boardId: string): PushingClient {
    this.#clientsMade++;
    const random = seededRandom(this.#run.seed + this.#clientsMade);
    const mayFork = this.#run.redis !== undefined; // one that was started anew counts as one that may have lost something
    const pace = { maxPauseMs: 30, maxTextLength: 1500 };
    return new PushingClient({ clientId: `c${this.#clientsMade}`, boardId, random, mayFork, ...pace });
  }
}

/** They push once more and then no more. Resolves when none waits for an answer. */
async function settle(clients: readonly PushingClient[]): Promise<void> {
  for (const client of clients) await client.greeted();
  for (const client of clients) client.isPushing = false;
  for (const client of clients) await client.settled();
}

/** Settles only when `work` fails. */
function rejection(work: Promise<unknown>): Promise<never> {
  return work.then(() => new Promise<never>(() => {}));
}
