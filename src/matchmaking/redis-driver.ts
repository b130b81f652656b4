import type { IRoomCache, MatchMakerDriver, SortOptions } from "@colyseus/core";
import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError, toArenaError } from "../errors/errors.ts";
import type { RedisLink, Script } from "../redis/redis.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { asking } from "./asking.ts";
import {
  fieldOf,
  freeRooms,
  type IndexRange,
  type LookUp,
  listedRooms,
  MAX_FILTERS,
  membersOf,
  roomIdOf,
  roomsOfBoot,
} from "./listing-index.ts";
import { FIRST, PUT, REMOVE, SWEEP } from "./listing-scripts.ts";
import { type Direction, sortKey } from "./sort-key.ts";

/** What the listing is built on. */
export interface RedisDriverParts {
  readonly clock: Pick<Clock, "after">;
  readonly link: RedisLink;
  /** Beginning of every key. */
  readonly prefix: string;
  readonly telemetry: Telemetry;
  /** How rooms of a type are looked up. */
  readonly lookUpOf: (name: string) => LookUp;
  /** Boots of the processes that live. */
  readonly liveBoots: () => readonly string[];
  /** Takes out what is recorded of who has these rooms, where it is a process that is gone; false where that lives. */
  readonly disown: (bootId: string, roomIds: readonly string[]) => Promise<boolean>;
  /** Name of a room's type; undefined where nobody has the room. */
  readonly nameOf: (roomId: string) => Promise<string | undefined>;
  /** Whether a room of this process may be listed. */
  readonly confirm: (room: IRoomCache) => Promise<boolean>;
  /** Epoch under which this process owns a room; undefined where it does not. */
  readonly epochOf: (roomId: string) => number | undefined;
}

/** Part of a listing. */
export interface ListingPage {
  readonly rooms: readonly IRoomCache[];
  /** Where the next part begins; undefined where there is none. */
  readonly cursor: string | undefined;
}

/** Room rows are written by one process, and one after the other: what came meanwhile is written with the next. */
interface Own {
  readonly row: IRoomCache;
  isDirty: boolean;
  writing: Promise<void> | undefined;
}

/** Who takes a room has made it by then, or has not; and what a Redis that went then had lost is back. */
const TAKE_OUT_AGAIN_MS = 5000;
/** A write that failed is made again after that. */
const RETRY_MS = 1000;
const SWEEP_ROWS = 100;
const PAGE_ROWS = 500;

/**
 * The listing of all rooms in Redis, as Colyseus asks for it. A look-up by name, filters and the declared order is one script, whatever
 * the number of rooms; one by id two round trips. Rows of processes that are gone are not shown. Writes of rows that fail are told of and
 * made again until they succeed; all else throws CLUSTER_UNAVAILABLE while Redis is away.
 */
export class RedisDriver implements MatchMakerDriver {
  readonly #parts: RedisDriverParts;
  readonly #own = new Map<string, Own>();
  /** Names of types that the listing has; those of the app. */
  readonly #toldNames = new Set<string>();
  /** Rooms whose rows are being written for the first time. */
  readonly #listing = new Set<string>();
  /** Rows of rooms that ended while Redis was away. */
  readonly #left = new Map<string, Pick<IRoomCache, "name" | "processId">>();
  #stopRetry: Stop | undefined;
  #isClosed = false;

  constructor(parts: RedisDriverParts) {
    this.#parts = parts;
  }

  async has(roomId: string): Promise<boolean> {
    return (await this.#byId(roomId)) !== undefined;
  }

  /** @param conditions with `roomId` it is one look-up; else all rooms of that name, or of all names, are read */
  async query(conditions: Partial<IRoomCache>, sort?: SortOptions): Promise<IRoomCache[]> {
    const rooms =
      conditions.roomId === undefined ? await this.#all(conditions.name) : [await this.#byId(conditions.roomId)];
    const found = rooms.filter((room) => room !== undefined).filter((room) => matches(room, conditions));
    return sort ? sortBy(found, sort) : found;
  }

  async findOne(conditions: Partial<IRoomCache>, sort?: SortOptions): Promise<IRoomCache> {
    return (await this.#first(conditions, sort)) as IRoomCache; // Colyseus' type has no word for "none"
  }

  async findByIds(roomIds: string[]): Promise<Map<string, IRoomCache>> {
    const rooms = await Promise.all(roomIds.map((roomId) => this.#byId(roomId)));
    return new Map(rooms.filter((room) => room !== undefined).map((room) => [room.roomId, room]));
  }

  /** Lists a room of this process once; false where another has it, or Redis is away: then Colyseus lets go of the room. */
  async insert(room: IRoomCache): Promise<boolean> {
    this.#listing.add(room.roomId);
    try {
      return await this.#insert(room);
    } finally {
      this.#listing.delete(room.roomId);
    }
  }

  async #insert(room: IRoomCache): Promise<boolean> {
    try {
      if (!(await this.#parts.confirm(room))) return false;
      await this.#tellName(room.name);
      if (!(await this.#put(room))) return false;
    } catch (error) {
      this.#parts.telemetry.emit("listing:notWritten", { roomId: room.roomId, error: toArenaError(error) });
      this.#left.set(room.roomId, { name: room.name, processId: room.processId }); // it may be written all the same
      return false;
    }
    this.#left.delete(room.roomId);
    this.#own.set(room.roomId, { row: room, isDirty: false, writing: undefined });
    return true;
  }

  async persist(room: IRoomCache, isNew = false): Promise<boolean> {
    if (isNew) return this.insert(room);
    await this.#write(room.roomId);
    return true;
  }

  async update(
    room: IRoomCache,
    { $set, $inc }: Partial<{ $set: Partial<IRoomCache>; $inc: Partial<IRoomCache> }>,
  ): Promise<boolean> {
    Object.assign(room, $set);
    for (const [field, by] of Object.entries($inc ?? {}))
      Reflect.set(room, field, Number(Reflect.get(room, field)) + Number(by));
    await this.#write(room.roomId);
    return true;
  }

  /**
   * The row of a room that has become another process' stays until that writes its own, so that the room is found all the time. Any is
   * taken out again some time later: nobody may have written it, and a Redis that has lost its last moments has the old one again.
   */
  async remove(roomId: string): Promise<boolean> {
    const own = this.#own.get(roomId);
    if (!own) return false;
    this.#own.delete(roomId);
    await own.writing;
    const { row } = own;
    if (this.#parts.epochOf(roomId) !== undefined) await this.#takeOut(row);
    this.#parts.clock.after(TAKE_OUT_AGAIN_MS, () => void this.#takeOut(row));
    return true;
  }

  /** Takes out the rows of a process that is gone, and before them the records that it has those rooms; those of one that lives stay. */
  async cleanup(bootId: string): Promise<void> {
    for (const name of await this.#allNames()) {
      while (await this.#sweep(name, bootId));
    }
  }

  /** Writes the rows of this process anew, as they are now: they may have been missed, or swept out. */
  async reassert(): Promise<void> {
    for (const [roomId, { name, processId }] of this.#left) {
      await this.#run(REMOVE, name, [roomId, processId]);
      this.#left.delete(roomId);
    }
    this.#toldNames.clear();
    for (const { row } of this.#own.values()) {
      await this.#tellName(row.name);
      await this.#put(row);
    }
  }

  /** Listed rooms of a type, oldest first. */
  async page(name: string, cursor: string | undefined, limit: number): Promise<ListingPage> {
    const { from, to } = listedRooms();
    const start = cursor === undefined ? `[${from}` : `(${Buffer.from(cursor, "base64url").toString()}`;
    const { rooms, last } = await this.#range(name, { from: start, to: `(${to}` }, limit);
    return { rooms, cursor: last === undefined ? undefined : Buffer.from(last).toString("base64url") };
  }

  /** Names of the types of which rooms have been listed. */
  names(): Promise<readonly string[]> {
    return this.#allNames();
  }

  clear(): void {}

  shutdown(): void {
    this.#isClosed = true;
    this.#stopRetry?.();
    this.#parts.link.close();
  }

  async #first(conditions: Partial<IRoomCache>, sort: SortOptions | undefined): Promise<IRoomCache | undefined> {
    const { name, locked, private: isPrivate, roomId, ...filters } = conditions;
    const lookUp = name === undefined ? undefined : this.#lookUpOf(name);
    const isFree = locked === false && isPrivate === false && roomId === undefined;
    const isDeclared =
      Object.keys(filters).every((field) => lookUp?.filterBy.includes(field)) && isSame(sort, lookUp?.sortBy);
    if (name === undefined || !isFree || !isDeclared) return (await this.query(conditions, sort))[0];
    const { from, to } = freeRooms(filters);
    const [row] = await this.#run(FIRST, name, [from, to, ...this.#parts.liveBoots()]);
    return row === undefined ? undefined : parse(row);
  }

  async #byId(roomId: string): Promise<IRoomCache | undefined> {
    const own = this.#own.get(roomId);
    if (own) return own.row;
    const name = await this.#parts.nameOf(roomId);
    if (name === undefined) return undefined;
    const row = await asking(() => this.#parts.link.read((client) => client.hget(this.#keys(name)[0], roomId)));
    const room = row === null ? undefined : parse(row);
    return room && this.#parts.liveBoots().includes(room.processId) ? room : undefined;
  }

  async #all(name: string | undefined): Promise<IRoomCache[]> {
    const rooms: IRoomCache[] = [];
    for (const each of name === undefined ? await this.#allNames() : [name]) {
      for (const bootId of this.#parts.liveBoots()) {
        let { from, to } = roomsOfBoot(bootId);
        [from, to] = [`[${from}`, `(${to}`];
        for (let last: string | undefined = ""; last !== undefined; ) {
          const part = await this.#range(each, { from, to }, PAGE_ROWS);
          rooms.push(...part.rooms);
          last = part.last;
          from = `(${last}`;
        }
      }
    }
    return rooms;
  }

  /** Rows of a part of the index whose owners live; `last` is where the next part begins. */
  async #range(name: string, { from, to }: IndexRange, limit: number): Promise<{ rooms: IRoomCache[]; last?: string }> {
    const [rows, , index] = this.#keys(name);
    const members = await asking(() =>
      this.#parts.link.read((client) => client.zrangebylex(index, from, to, "LIMIT", 0, limit)),
    );
    if (members.length === 0) return { rooms: [] };
    const texts = await asking(() => this.#parts.link.read((client) => client.hmget(rows, ...members.map(roomIdOf))));
    const live = new Set(this.#parts.liveBoots());
    const rooms = texts
      .filter((text) => text !== null)
      .map(parse)
      .filter(({ processId }) => live.has(processId));
    const last = members.length < limit ? undefined : members.at(-1);
    return { rooms, ...(last !== undefined && { last }) };
  }

  /** Where it is still this process', which has the room no more. */
  async #takeOut({ roomId, name, processId }: IRoomCache): Promise<void> {
    if (this.#own.has(roomId) || this.#listing.has(roomId)) return; // it has come back
    await this.#run(REMOVE, name, [roomId, processId]).catch(() => this.#left.set(roomId, { name, processId }));
  }

  /** Whether there may be more. */
  async #sweep(name: string, bootId: string): Promise<boolean> {
    const { from, to } = roomsOfBoot(bootId);
    const [, , index] = this.#keys(name);
    const members = await asking(() =>
      this.#parts.link.read((client) => client.zrangebylex(index, `[${from}`, `(${to}`, "LIMIT", 0, SWEEP_ROWS)),
    );
    if (members.length === 0) return false;
    const isOwn = [...this.#own.values()].some(({ row }) => row.processId === bootId);
    if (!isOwn && !(await this.#parts.disown(bootId, members.map(roomIdOf)))) return false;
    await this.#run(SWEEP, name, [from, to, String(members.length)]);
    return members.length === SWEEP_ROWS;
  }

  #write(roomId: string): Promise<void> {
    const own = this.#own.get(roomId);
    if (!own) return Promise.resolve(); // it is not listed yet, or no more
    own.isDirty = true;
    own.writing ??= this.#writeWhileDirty(own).finally(() => {
      own.writing = undefined;
    });
    return own.writing;
  }

  async #writeWhileDirty(own: Own): Promise<void> {
    while (own.isDirty && this.#own.get(own.row.roomId) === own) {
      own.isDirty = false;
      try {
        await this.#put(own.row);
      } catch (error) {
        own.isDirty = true;
        this.#parts.telemetry.emit("listing:notWritten", { roomId: own.row.roomId, error });
        this.#retryLater();
        return; // nobody waits for what may take long
      }
    }
  }

  #retryLater(): void {
    if (this.#isClosed) return;
    this.#stopRetry ??= this.#parts.clock.after(RETRY_MS, () => {
      this.#stopRetry = undefined;
      for (const [roomId, { isDirty }] of this.#own) if (isDirty) void this.#write(roomId);
    });
  }

  /** False where the row is another process'. */
  async #put(row: IRoomCache): Promise<boolean> {
    const epoch = this.#parts.epochOf(row.roomId);
    if (epoch === undefined) return false;
    const places = { boot: row.processId, epoch, members: membersOf(row, this.#lookUpOf(row.name)) };
    const args = [row.roomId, row.processId, JSON.stringify(row), JSON.stringify(places)];
    return (await this.#run(PUT, row.name, args))[0] === "OK";
  }

  async #tellName(name: string): Promise<void> {
    if (this.#toldNames.has(name)) return;
    await asking(() => this.#parts.link.read((client) => client.sadd(this.#names, name)));
    this.#toldNames.add(name);
  }

  #lookUpOf(name: string): LookUp {
    const lookUp = this.#parts.lookUpOf(name);
    if (lookUp.filterBy.length <= MAX_FILTERS) return lookUp;
    throw new ArenaError("APP_INVALID", `${name}: at most ${MAX_FILTERS} fields can be filtered by.`);
  }

  async #allNames(): Promise<string[]> {
    return asking(() => this.#parts.link.read((client) => client.smembers(this.#names)));
  }

  get #names(): string {
    return `${this.#parts.prefix}:{list}:names`;
  }

  #keys(name: string): [rows: string, places: string, index: string] {
    const base = `${this.#parts.prefix}:{list/${name.replace(/[%{}]/g, encodeURIComponent)}}`;
    return [`${base}:rows`, `${base}:places`, `${base}:index`];
  }

  async #run(script: Script, name: string, args: readonly string[]): Promise<readonly string[]> {
    return (await asking(() => this.#parts.link.run({ script, keys: this.#keys(name), args }))).reply;
  }
}

function parse(text: string): IRoomCache {
  const row = JSON.parse(text) as IRoomCache & { maxClients: number | null; createdAt: string }; // what `#put` wrote
  // biome-ignore lint/style/noRestrictedGlobals: Colyseus' rows carry a Date; this one says when the row was made.
  const createdAt = new Date(row.createdAt);
  return { ...row, maxClients: row.maxClients ?? Number.POSITIVE_INFINITY, createdAt };
}

function matches(room: IRoomCache, conditions: Partial<IRoomCache>): boolean {
  return Object.entries(conditions).every(([field, value]) => fieldOf(room, field) === value);
}

function sortBy(rooms: IRoomCache[], sort: SortOptions): IRoomCache[] {
  const keyOf = (room: IRoomCache): string =>
    sortKey(Object.entries(sort).map(([field, direction]): [unknown, Direction] => [fieldOf(room, field), direction]));
  const keyed = rooms.map((room): [string, IRoomCache] => [keyOf(room), room]);
  return keyed.sort(([one], [other]) => Number(one > other) - Number(one < other)).map(([, room]) => room);
}

function isSame(sort: SortOptions | undefined, declared: LookUp["sortBy"] | undefined): boolean {
  return JSON.stringify(sort ?? {}) === JSON.stringify(declared ?? {});
}
