import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "../../src/clock/clock.ts";
import { SHARDS } from "../../src/presence/store.ts";
import { MAX_WATCHED_USERS, type PresenceTold as Told, type UserPresence } from "../../src/protocol/protocol.ts";
import { PresenceProcess } from "./presence-process.ts";
import { startRedis, type TestRedis } from "./redis.ts";

/** One run: users come, go, lose their connections and come back in three processes, while processes and Redis fail. */
export interface PresenceRun {
  readonly seed: number;
  readonly rounds: number;
  readonly users: number;
  /** Who watches, in all processes together; each of them at most as many users as a client may. */
  readonly watchers: number;
  /** Told of each round. */
  readonly tell: (words: string) => void;
}

/** What came of a run. Everything that must not be is told by a sentence in `wrongs`. */
export interface PresenceOutcome {
  readonly rounds: number;
  /** At the end. */
  readonly sessions: number;
  readonly actions: number;
  /** Rounds with each fault. */
  readonly faults: Readonly<Record<string, number>>;
  /** What watchers were told in all. */
  readonly told: number;
  /** Longest time from the end of a round to where everybody knew everything, in ms; part of it is the time of grace. */
  readonly longestMs: number;
  readonly wrongs: readonly string[];
}

interface Session {
  readonly sessionId: string;
  readonly nodeId: string;
  readonly roomId: string;
  /** Where it was before. */
  readonly past: readonly string[];
  status: string;
  /** It has lost its connection, and will be back. */
  isAway: boolean;
}

interface Watcher {
  readonly id: string;
  readonly nodeId: string;
  readonly users: readonly string[];
  /** In which it began. */
  readonly round: number;
  revision: number;
  readonly view: Map<string, UserPresence>;
}

/** Who others must not see change in a round. */
interface Promises {
  /** Nothing of them is told. */
  readonly quiet: Set<string>;
  /** They are not told to be offline. */
  readonly steady: Set<string>;
}

const NODES = ["n1", "n2", "n3"];
const MAX_SESSIONS = 3;
/** Of all users, where a client may watch as many. */
const WATCHED_SHARE = 0.8;
/** Of the steps, those in which somebody begins to watch. */
const WATCH_SHARE = 0.05;
const [MIN_STEPS, MAX_STEPS] = [30, 80];
/** Of so many users, one does something in a step. */
const USERS_PER_ACTION = 200;
const MAX_PAUSE_MS = 60;
/** Below the time of grace, also with what an outage of Redis takes. */
const MAX_AWAY_MS = 1500;
const MAX_OUTAGE_MS = 2000;
/** From a moment to some seconds after its lease has run out. */
const MAX_FREEZE_MS = 8000;
const LOOK_MS = 50;
/** Lease, grace, and what is left of a process in the store. */
const SETTLE_MS = 60_000;
const STATUSES = ["", "away", "busy"];

const FAULTS = ["kill", "redis copy", "freeze", "redis empty", "redis restart", "redis pause", "none"] as const;
type Fault = (typeof FAULTS)[number];

/** Plays a run; its seed decides who does what and what fails, as far as one can decide that. */
export async function playPresenceRun(run: PresenceRun): Promise<PresenceOutcome> {
  const redis = await startRedis({ appendonly: "yes", appendfsync: "always" });
  const world = new World(run, redis);
  try {
    return await world.play();
  } finally {
    await world.close();
    await redis.stop();
  }
}

class World {
  readonly #run: PresenceRun;
  readonly #redis: TestRedis;
  readonly #random: () => number;
  readonly #nodes = new Map<string, PresenceProcess>();
  readonly #users: readonly string[];
  readonly #sessions: ReadonlyMap<string, Session[]>;
  readonly #watchers = new Map<string, Watcher>();
  /** What is under way beside the actions. */
  #pending: Promise<void>[] = [];
  #promises: Promises = { quiet: new Set(), steady: new Set() };
  readonly #wrongs: string[] = [];
  readonly #faults: Record<string, number> = {};
  #round = 0;
  /** In this round the store loses what it had. */
  #isLossy = false;
  #serial = 0;
  #actions = 0;
  #told = 0;
  #longestMs = 0;

  constructor(run: PresenceRun, redis: TestRedis) {
    this.#run = run;
    this.#redis = redis;
    this.#random = seededRandom(run.seed);
    this.#users = Array.from({ length: run.users }, (_, n) => `user-${n}`);
    this.#sessions = new Map(this.#users.map((user) => [user, []]));
  }

  async play(): Promise<PresenceOutcome> {
    const { rounds, tell } = this.#run;
    for (const nodeId of NODES) await this.#start(nodeId);
    for (const user of this.#users) this.#join(user);
    tell(`${this.#users.length} users came: all known after ${Math.round(await this.#settle())} ms`);
    const faults: Fault[] = [];
    for (this.#round = 1; this.#round <= rounds && this.#wrongs.length === 0; this.#round++) {
      if (faults.length === 0) faults.push(...FAULTS);
      const fault = faults.shift() ?? "none";
      this.#faults[fault] = (this.#faults[fault] ?? 0) + 1;
      await this.#playRound(fault);
      const tookMs = await this.#settle();
      this.#longestMs = Math.max(this.#longestMs, tookMs);
      tell(`round ${this.#round}, ${fault}: all known after ${Math.round(tookMs)} ms`);
    }
    return {
      rounds: this.#round - 1,
      sessions: [...this.#sessions.values()].flat().length,
      actions: this.#actions,
      faults: this.#faults,
      told: this.#told,
      longestMs: Math.round(this.#longestMs),
      wrongs: this.#wrongs,
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.kill()));
  }

  async #start(nodeId: string): Promise<void> {
    const onTold = (id: string, told: Told): void => this.#hear(id, told);
    this.#nodes.set(nodeId, await PresenceProcess.start(nodeId, this.#redis.url, onTold));
    for (let n = 0; n < this.#watchersPerNode; n++) this.#watch(nodeId);
  }

  get #watchersPerNode(): number {
    return Math.ceil(this.#run.watchers / NODES.length);
  }

  /** Somebody begins to watch, in the place of who has watched there for longest where there are enough. */
  #watch(nodeId: string): void {
    const share = Math.min(WATCHED_SHARE, MAX_WATCHED_USERS / this.#users.length);
    const users = this.#users.filter(() => this.#random() < share).slice(0, MAX_WATCHED_USERS);
    const id = `watcher ${++this.#serial} of ${nodeId}`;
    const there = [...this.#watchers.values()].filter((watcher) => watcher.nodeId === nodeId);
    const [longest] = there;
    if (longest && there.length >= this.#watchersPerNode) {
      this.#watchers.delete(longest.id);
      this.#node(nodeId).order({ do: "unwatch", id: longest.id });
    }
    this.#watchers.set(id, { id, nodeId, users, round: this.#round, revision: 0, view: new Map() });
    this.#node(nodeId).order({ do: "watch", id, users });
  }

  #hear(id: string, { revision, isSnapshot, users }: Told): void {
    const watcher = this.#watchers.get(id);
    if (!watcher) return; // who watches no more, or of a process that was just killed
    this.#told++;
    if (revision !== watcher.revision + 1) this.#wrong(`${id}: revision ${revision} after ${watcher.revision}`);
    if (isSnapshot !== (revision === 1))
      this.#wrong(`${id}: revision ${revision} is ${isSnapshot ? "a" : "no"} snapshot`);
    watcher.revision = revision;
    for (const [user, presence] of Object.entries(users)) {
      if (!isSnapshot) this.#judge(watcher, user, [watcher.view.get(user), presence]);
      watcher.view.set(user, presence);
    }
  }

  #judge(watcher: Watcher, user: string, [before, presence]: readonly [UserPresence | undefined, UserPresence]): void {
    const { id } = watcher;
    const { quiet, steady } = this.#promises;
    const words = (): string => `${id}, of ${user}: ${JSON.stringify([before, presence])}`;
    // Who began to watch while somebody was away was not told where they are.
    const wasAway = before?.online === true && before.sessions.length === 0;
    // Who began to watch when the store had lost them was told what it had.
    const wasLost = before?.online === false && this.#isLossy && watcher.round === this.#round;
    if (quiet.has(user) && !wasAway && !wasLost)
      this.#wrong(`something is seen where nothing was to be seen: ${words()}`);
    if (!presence.online && steady.has(user)) this.#wrong(`offline though never gone: ${words()}`);
  }

  #wrong(words: string): void {
    this.#wrongs.push(`round ${this.#round}: ${words}`);
  }

  async #playRound(fault: Fault): Promise<void> {
    const users = this.#users;
    const online = users.filter((user) => this.#of(user).length > 0);
    this.#isLossy = fault === "redis empty" || fault === "redis copy";
    // Of who has several sessions, one is seen to go at once.
    this.#promises = { quiet: new Set(users.filter((user) => this.#of(user).length < 2)), steady: new Set(online) };
    this.#pending = [this.#fail(fault)];
    const steps = MIN_STEPS + Math.floor(this.#random() * (MAX_STEPS - MIN_STEPS));
    for (let step = 0; step < steps; step++) {
      for (let n = 0; n < users.length; n += USERS_PER_ACTION) this.#act();
      if (this.#random() < WATCH_SHARE) this.#watch(this.#pick([...this.#usable]));
      await delay(this.#random() * MAX_PAUSE_MS);
    }
    while (this.#pending.length > 0) await this.#pending.shift();
  }

  /** Nodes that are there and go on. */
  readonly #usable = new Set(NODES);

  #act(): void {
    this.#actions++;
    const user = this.#pick(this.#users);
    const here = this.#of(user).filter(({ isAway, nodeId }) => !isAway && this.#usable.has(nodeId));
    const session = here.length > 0 ? this.#pick(here) : undefined;
    const dice = this.#random();
    if (!session || dice < 0.2) this.#join(user);
    else if (dice < 0.45) this.#leave(user, session);
    else if (dice < 0.7) this.#blip(user, session);
    else if (dice < 0.85) this.#move(user, session);
    else this.#setStatus(user, session);
  }

  #join(user: string): void {
    const sessions = this.#of(user);
    if (sessions.length >= MAX_SESSIONS) return;
    this.#promises.quiet.delete(user);
    const nodeId = this.#pick([...this.#usable]);
    const serial = ++this.#serial;
    sessions.push({
      sessionId: `s${serial}`,
      nodeId,
      roomId: `r${serial % 5} of ${nodeId}`,
      past: [],
      status: "",
      isAway: false,
    });
    this.#arrive(user, sessions.at(-1) as Session); // it was just put there
  }

  #leave(user: string, session: Session): void {
    this.#forget(user, session);
    this.#node(session.nodeId).order({ do: "depart", sessionId: session.sessionId });
  }

  #forget(user: string, session: Session): void {
    this.#promises.quiet.delete(user);
    const sessions = this.#of(user);
    sessions.splice(sessions.indexOf(session), 1);
    if (sessions.length === 0) this.#promises.steady.delete(user);
  }

  /** The connection is lost, and is back in time. */
  #blip(user: string, session: Session): void {
    if (this.#of(user).length > 1) this.#promises.quiet.delete(user);
    const node = this.#node(session.nodeId);
    session.isAway = true;
    node.order({ do: "depart", sessionId: session.sessionId });
    const back = delay(this.#random() * MAX_AWAY_MS).then(() => {
      session.isAway = false;
      if (this.#nodes.get(session.nodeId) === node) this.#arrive(user, session);
    });
    this.#pending.push(back);
  }

  /** The seat goes on in another process, as after a failover. */
  #move(user: string, session: Session): void {
    this.#node(session.nodeId).order({ do: "depart", sessionId: session.sessionId });
    this.#resume(user, session);
  }

  #resume(user: string, session: Session): void {
    this.#promises.quiet.delete(user);
    const sessions = this.#of(user);
    const past = [...session.past, session.nodeId];
    const there = [...this.#usable].filter((each) => !past.includes(each));
    if (there.length === 0) {
      this.#forget(user, session);
      return;
    }
    const nodeId = this.#pick(there);
    const moved: Session = { ...session, past, nodeId, status: "", isAway: true };
    sessions[sessions.indexOf(session)] = moved;
    const back = delay(this.#random() * MAX_AWAY_MS).then(() => {
      moved.isAway = false;
      if (this.#of(user).includes(moved)) this.#arrive(user, moved);
    });
    this.#pending.push(back);
  }

  #setStatus(user: string, session: Session): void {
    this.#promises.quiet.delete(user);
    session.status = this.#pick(STATUSES);
    this.#node(session.nodeId).order({ do: "status", sessionId: session.sessionId, status: session.status });
  }

  /** Whoever is back says again how they are: their process may have stood still for longer than it remembers. */
  #arrive(userId: string, { sessionId, nodeId, roomId, status }: Session): void {
    this.#node(nodeId).order({ do: "arrive", seat: { userId, sessionId, roomId, room: "arena" } });
    if (status !== "") this.#node(nodeId).order({ do: "status", sessionId, status });
  }

  async #fail(fault: Fault): Promise<void> {
    await delay(this.#random() * MAX_PAUSE_MS * 5);
    switch (fault) {
      case "kill":
        return this.#kill(this.#pick([...this.#usable]));
      case "freeze":
        return this.#freeze(this.#pick([...this.#usable]));
      case "redis pause":
        this.#redis.pause();
        await delay(this.#random() * MAX_OUTAGE_MS);
        return this.#redis.resume();
      case "redis restart":
        await this.#redis.kill();
        await delay(this.#random() * MAX_OUTAGE_MS);
        return this.#redis.restart();
      case "redis empty":
        this.#unpromise(({ length }) => length > 1); // of several sessions, one is told first
        return this.#redis.restart({ isEmpty: true });
      case "redis copy":
        this.#unpromise(({ length }) => length > 1);
        await this.#redis.copy();
        await delay(MAX_PAUSE_MS * 10 + this.#random() * MAX_PAUSE_MS * 10);
        return this.#redis.restart({ isCopy: true });
      case "none":
        return;
      default:
        fault satisfies never;
    }
  }

  #unpromise(isSeen: (sessions: readonly Session[]) => boolean): void {
    for (const [user, sessions] of this.#sessions) if (isSeen(sessions)) this.#promises.quiet.delete(user);
  }

  /** Some of its users go on elsewhere. */
  async #kill(nodeId: string): Promise<void> {
    this.#usable.delete(nodeId);
    for (const watcher of this.#watchers.values()) if (watcher.nodeId === nodeId) this.#watchers.delete(watcher.id);
    const node = this.#node(nodeId);
    this.#nodes.delete(nodeId);
    const ended = node.kill();
    for (const [user, sessions] of this.#sessions) {
      for (const session of sessions.filter((each) => each.nodeId === nodeId)) {
        if (this.#random() < 0.5) this.#resume(user, session);
        else this.#forget(user, session);
      }
    }
    await ended;
    await this.#start(nodeId);
    this.#usable.add(nodeId);
  }

  async #freeze(nodeId: string): Promise<void> {
    this.#usable.delete(nodeId);
    const isThere = (sessions: readonly Session[]): boolean => sessions.some((each) => each.nodeId === nodeId);
    for (const [user, sessions] of this.#sessions) if (isThere(sessions)) this.#promises.steady.delete(user);
    this.#unpromise(isThere);
    this.#node(nodeId).freeze();
    await delay(this.#random() * MAX_FREEZE_MS);
    this.#node(nodeId).thaw();
    this.#usable.add(nodeId);
  }

  /** Waits until everybody knows what is so, and the store has nothing else. */
  async #settle(): Promise<number> {
    const startMs = performance.now();
    for (;;) {
      const tookMs = performance.now() - startMs;
      if (await this.#isAllKnown()) return tookMs;
      if (tookMs > SETTLE_MS) {
        for (const words of [...this.#wrongsShown(), ...(await this.#wrongsInStore())]) this.#wrong(words);
        for (const node of this.#nodes.values()) this.#run.tell(`${node.nodeId}: ${node.log}`);
        return tookMs;
      }
      await delay(LOOK_MS);
    }
  }

  async #isAllKnown(): Promise<boolean> {
    for (const _ of this.#wrongsShown()) return false;
    return (await this.#wrongsInStore()).length === 0;
  }

  /** Where the views of watchers differ from the book. */
  *#wrongsShown(): Iterable<string> {
    const book = new Map<string, string>();
    for (const { id, users, view } of this.#watchers.values()) {
      for (const user of users) {
        const [shown, is] = [describe(view.get(user)), book.get(user) ?? describe(this.#presenceOf(user))];
        book.set(user, is);
        if (shown !== is) yield `${id}: ${user} is ${is}, and shown as ${shown}`;
      }
    }
  }

  /** What the store has of sessions, by user, is what there is. */
  async #wrongsInStore(): Promise<readonly string[]> {
    const stored = new Map<string, string>();
    for (let shard = 0; shard < SHARDS; shard++) {
      const reply = (await this.#redis.call("HGETALL", `arena:{presence/${shard}}:sessions`)) as string[];
      for (let at = 0; at < reply.length; at += 2)
        stored.set(reply[at] ?? "", idsOf(JSON.parse(reply[at + 1] ?? "[]")));
    }
    return this.#users
      .map((user) => [user, stored.get(user) ?? "", idsOf(this.#of(user))] as const)
      .filter(([, has, is]) => has !== is)
      .map(([user, has, is]) => `the store has of ${user}: "${has}", not "${is}"`);
  }

  #presenceOf(user: string): UserPresence {
    const sessions = this.#of(user).map(({ nodeId, roomId, status }) => ({ nodeId, roomId, room: "arena", status }));
    return { online: sessions.length > 0, sessions };
  }

  #of(user: string): Session[] {
    return this.#sessions.get(user) ?? [];
  }

  #node(nodeId: string): PresenceProcess {
    const node = this.#nodes.get(nodeId);
    if (!node) throw new Error(`There is no ${nodeId}.`);
    return node;
  }

  #pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)] as T; // never asked of nothing
  }
}

function idsOf(sessions: readonly { readonly sessionId: string }[]): string {
  return sessions
    .map(({ sessionId }) => sessionId)
    .toSorted()
    .join(" ");
}

/** The order of sessions says nothing. */
function describe(presence: UserPresence | undefined): string {
  if (!presence) return "unknown";
  const places = presence.sessions.map(({ roomId, status }) => `${roomId} (${status})`).toSorted();
  return `${presence.online ? "online" : "offline"} in [${places.join(", ")}]`;
}
