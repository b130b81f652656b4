import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { PresenceTold, UserPresence } from "../protocol/protocol.ts";
import { type News, type NewsListener, type PresenceStore, shardOf } from "./store.ts";
import { Turns } from "./turns.ts";
import { PresenceView } from "./view.ts";

/** What watches are made of. */
export interface WatchesParts {
  readonly clock: Pick<Clock, "nowMs" | "wallMs" | "every" | "after">;
  readonly store: Pick<PresenceStore, "read" | "listen" | "unlisten">;
  /** For how long a process is gone, in ms; undefined while it lives. */
  readonly goneForMs: (bootId: string) => number | undefined;
  readonly onFailed: (error: unknown) => void;
}

interface Watch {
  readonly userIds: ReadonlySet<string>;
  readonly listener: (told: PresenceTold) => void;
  revision: number;
}

interface Shard {
  /** Of what was told last; undefined until it was read. */
  revision: number | undefined;
  readonly userIds: Set<string>;
  /** Who was read when others were known already, and at which revision: older news says nothing of them. */
  readonly readAt: Map<string, number>;
  reading: Promise<void> | undefined;
  /** News that came while it was read. */
  held: News[];
  /** News was missed while it was read. */
  isStale: boolean;
}

/** Changes are told together. */
const TELL_EVERY_MS = 100;
/** Who has not told for so long has stood still, and has not read either what came meanwhile. */
const STALL_MS = 500;
/** In a shard of which nothing was heard for so long, what was read is compared with what is there. */
const COMPARE_EVERY_MS = 30_000;
const RETRY_MS = 500;
/** Shards that are read again at a time: what waits behind others in a slow store runs out of time there, and is read again in vain. */
const READ_AT_ONCE = 8;
/** Users who are watched in this process together. */
const MAX_WATCHED = 100_000;

/** Who watches whom in this process: each user who is watched is followed once, however many watch. */
export class Watches implements NewsListener {
  readonly #parts: WatchesParts;
  readonly #view: PresenceView;
  readonly #shards = new Map<number, Shard>();
  /** Watches by the users that they are about. */
  readonly #byUser = new Map<string, Set<Watch>>();
  readonly #turns = new Turns(READ_AT_ONCE);
  readonly #stops: readonly Stop[];
  #lookedMs: number;
  #isLate = false;
  #isClosed = false;

  constructor(parts: WatchesParts) {
    const { clock, goneForMs } = parts;
    this.#parts = parts;
    this.#lookedMs = clock.nowMs();
    this.#view = new PresenceView({ nowMs: () => clock.nowMs(), wallMs: () => clock.wallMs(), goneForMs });
    this.#stops = [
      clock.every(TELL_EVERY_MS, () => this.#tell()),
      clock.every(COMPARE_EVERY_MS, () => this.#compareAll()),
    ];
  }

  /**
   * Follows users until the watch is stopped. The listener is told of all of them first, and hears nothing before.
   *
   * @throws ArenaError PRESENCE_FULL where this process follows too many, CLUSTER_UNAVAILABLE
   */
  async watch(userIds: readonly string[], listener: (told: PresenceTold) => void): Promise<Stop> {
    const watch: Watch = { userIds: new Set(userIds), listener, revision: 0 };
    const added = [...watch.userIds].filter((userId) => !this.#byUser.has(userId));
    if (this.#byUser.size + added.length > MAX_WATCHED) throw new ArenaError("PRESENCE_FULL");
    for (const userId of watch.userIds) this.#byUser.set(userId, (this.#byUser.get(userId) ?? new Set()).add(watch));
    const stop = (): void => this.#stop(watch);
    try {
      await this.#follow(watch.userIds);
    } catch (error) {
      stop();
      throw error;
    }
    const users = [...watch.userIds].map((userId) => [userId, this.#shown(userId)]);
    listener({ revision: ++watch.revision, isSnapshot: true, users: Object.fromEntries(users) });
    return stop;
  }

  onNews(news: News): void {
    const shard = this.#shards.get(news.shard);
    if (!shard) return;
    if (shard.reading) shard.held.push(news);
    else this.#take(news, shard);
  }

  onMissed(): void {
    for (const [number, shard] of this.#shards) this.#missed(number, shard);
  }

  /** Processes have come or gone. */
  judgeAll(): void {
    this.#view.judgeAll();
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
  }

  #shown(userId: string): UserPresence {
    return this.#view.of(userId) ?? { online: false, sessions: [] };
  }

  #stop(watch: Watch): void {
    for (const userId of watch.userIds) {
      const watches = this.#byUser.get(userId);
      if (!watches?.delete(watch) || watches.size > 0) continue;
      this.#byUser.delete(userId);
      this.#view.forget(userId);
      this.#unfollow(userId);
    }
  }

  #unfollow(userId: string): void {
    const number = shardOf(userId);
    const shard = this.#shards.get(number);
    shard?.userIds.delete(userId);
    shard?.readAt.delete(userId);
    if (shard?.userIds.size !== 0) return;
    this.#shards.delete(number);
    this.#parts.store.unlisten(number);
  }

  async #follow(userIds: Iterable<string>): Promise<void> {
    const shards = Map.groupBy(userIds, shardOf);
    await Promise.all([...shards].map(([number, users]) => this.#followIn(number, users)));
  }

  /** Who is followed already is known; of the others, the shard is listened to first and read then. */
  async #followIn(number: number, userIds: readonly string[]): Promise<void> {
    const shard = this.#shards.get(number) ?? this.#open(number);
    for (const userId of userIds) shard.userIds.add(userId);
    const unknown = (): readonly string[] =>
      userIds.filter((userId) => shard.userIds.has(userId) && this.#view.of(userId) === undefined);
    while (unknown().length > 0) {
      await shard.reading?.catch(() => {});
      const users = unknown();
      if (users.length > 0) await this.#read(number, shard, users);
    }
  }

  #open(number: number): Shard {
    const shard: Shard = {
      revision: undefined,
      userIds: new Set(),
      readAt: new Map(),
      reading: undefined,
      held: [],
      isStale: false,
    };
    this.#shards.set(number, shard);
    return shard;
  }

  /** One reading of a shard is under way at a time: of these users, or of all where not all that came before is known. */
  #read(number: number, shard: Shard, users?: readonly string[]): Promise<void> {
    const { isStale } = shard;
    const isWhole = !users || isStale || shard.revision === undefined;
    const failed = (error: unknown): never => {
      shard.isStale ||= isStale;
      throw error;
    };
    const read = (): Promise<void> => (isWhole ? this.#readWhole(number, shard) : this.#readSome(number, shard, users));
    shard.reading ??= read()
      .catch(failed)
      .finally(() => {
        shard.reading = undefined;
      });
    return shard.reading;
  }

  async #readSome(number: number, shard: Shard, userIds: readonly string[]): Promise<void> {
    const { revision, users } = await this.#parts.store.read(number, userIds);
    for (const [userId, told] of users) {
      if (!shard.userIds.has(userId)) continue;
      shard.readAt.set(userId, revision);
      this.#view.told(userId, told);
    }
    if (revision < (shard.revision ?? 0)) this.#missed(number, shard); // the store has begun anew
    for (const news of shard.held.splice(0)) this.#take(news, shard);
  }

  async #readWhole(number: number, shard: Shard): Promise<void> {
    const { store } = this.#parts;
    shard.isStale = false;
    if (shard.revision === undefined) await store.listen(number);
    const { revision, users } = await store.read(number, [...shard.userIds]);
    for (const [userId, told] of users) if (shard.userIds.has(userId)) this.#view.told(userId, told);
    shard.revision = revision;
    shard.readAt.clear();
    for (const news of shard.held.splice(0)) this.#take(news, shard);
  }

  #take({ shard: number, revision, users }: News, shard: Shard): void {
    if (shard.revision === undefined || revision <= shard.revision) return;
    if (revision !== shard.revision + 1) {
      this.#missed(number, shard);
      return;
    }
    shard.revision = revision;
    for (const [userId, told] of users) {
      if (!shard.userIds.has(userId) || revision <= (shard.readAt.get(userId) ?? 0)) continue;
      shard.readAt.delete(userId);
      this.#view.told(userId, told);
    }
  }

  #missed(number: number, shard: Shard): void {
    if (shard.isStale) return; // it is to be read again already
    shard.isStale = true;
    void this.#turns.take(() => this.#readAgain(number, shard));
  }

  /** Until it has been read whole after the last that was missed. */
  async #readAgain(number: number, shard: Shard): Promise<void> {
    await shard.reading?.catch(() => {});
    const isWanted = (): boolean => !this.#isClosed && shard.isStale && this.#shards.get(number) === shard;
    if (!isWanted()) return;
    try {
      await this.#read(number, shard);
    } catch (error) {
      this.#parts.onFailed(error);
      this.#parts.clock.after(RETRY_MS, () => void this.#turns.take(() => this.#readAgain(number, shard)));
    }
  }

  #compareAll(): void {
    for (const [number, shard] of this.#shards) void this.#compare(number, shard);
  }

  /** A message that was lost without a word, and none after it. */
  async #compare(number: number, shard: Shard): Promise<void> {
    const before = shard.revision;
    const now = await this.#parts.store.read(number, []).catch(() => undefined); // the next time will do
    if (!now || shard.reading || shard.revision !== before || now.revision === before) return;
    this.#missed(number, shard);
  }

  #tell(): void {
    const stalledMs = this.#parts.clock.nowMs() - this.#lookedMs;
    this.#lookedMs += stalledMs;
    this.#isLate = stalledMs > STALL_MS && !this.#isLate; // the next look tells in any case
    if (this.#isLate) return;
    const byWatch = new Map<Watch, Record<string, UserPresence>>();
    for (const [userId, presence] of this.#view.takeChanged()) {
      for (const watch of this.#byUser.get(userId) ?? []) {
        const users = byWatch.get(watch) ?? {};
        users[userId] = presence;
        byWatch.set(watch, users);
      }
    }
    for (const [watch, users] of byWatch) {
      if (watch.revision > 0) watch.listener({ revision: ++watch.revision, isSnapshot: false, users });
    }
  }
}
