import { ArenaError } from "../errors/errors.ts";
import { type Call, RedisFailure, type RedisLink, type Script } from "../redis/redis.ts";
import {
  BURY,
  CLAIM,
  CONFIRM,
  DISOWN,
  LEAVE,
  LIVES,
  OFFER,
  RECLAIM,
  RELEASE,
  RENEW,
  RESERVE,
  SECRET,
  TAKE,
  TRANSFER,
} from "./redis-scripts.ts";
import type { ClusterStore, Renewal, Renewed, RoomOffer } from "./store.ts";
import {
  FRESH_MS,
  LEASE_MS,
  type NodeIdentity,
  type NodeRecord,
  OFFER_MS,
  type Ownership,
  RESERVATION_MS,
  type Report,
  type Reservation,
} from "./types.ts";

const MEMBER_KEYS = [
  "leases",
  "who",
  "load",
  "since",
  "drains",
  "names",
  "reserved",
  "fresh",
  "spared",
  "terms",
  "departed",
];

/** What a cluster knows, in a Redis or a Redis Cluster; every key begins with the prefix. */
export class RedisStore implements ClusterStore {
  readonly description: string;
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #memberKeys: readonly string[];

  constructor(link: RedisLink, prefix: string) {
    this.description = `Redis at ${link.address}`;
    this.#link = link;
    this.#prefix = prefix;
    this.#memberKeys = MEMBER_KEYS.map((name) => this.#key(name));
  }

  async renew({ identity, isDraining, report, settled }: Renewal): Promise<Renewed> {
    const said = [JSON.stringify(identity), report ? JSON.stringify(report) : "", isDraining ? "1" : "0"];
    const args = [identity.bootId, identity.nodeId, ...said, String(LEASE_MS), String(FRESH_MS), ...settled];
    return readRenewal(await this.#run({ script: RENEW, keys: this.#memberKeys, args }));
  }

  async leave({ bootId, nodeId }: Pick<NodeIdentity, "bootId" | "nodeId">): Promise<void> {
    await this.#run({ script: LEAVE, keys: this.#memberKeys, args: [bootId, nodeId] });
  }

  async bury(bootId: string): Promise<void> {
    await this.#run({ script: BURY, keys: [this.#key("departed")], args: [bootId] });
  }

  async lives(bootId: string): Promise<boolean> {
    return (await this.#run({ script: LIVES, keys: [this.#key("leases")], args: [bootId] }))[0] === "OK";
  }

  async reserve(bootId: string, { id, weight }: Reservation): Promise<boolean> {
    const keys = ["leases", "drains", "reserved"].map((name) => this.#key(name));
    const args = [bootId, `${id} ${JSON.stringify(weight)}`, String(RESERVATION_MS)];
    return (await this.#run({ script: RESERVE, keys, args }))[0] === "OK";
  }

  async offer(roomId: string, { name, target, expect }: RoomOffer): Promise<Ownership> {
    const expected = expect ? [String(expect.epoch), String(expect.attempt)] : ["", ""];
    return rowOf(roomId, await this.#ask(OFFER, roomId, [name, ...ownerOf(target), ...expected]));
  }

  async claim(roomId: string, bootId: string, attempt: number): Promise<Ownership | undefined> {
    const reply = await this.#ask(CLAIM, roomId, [bootId, String(attempt)]);
    return reply[0] === "ROW" ? rowOf(roomId, reply) : undefined;
  }

  async take(roomId: string, name: string, owner: NodeIdentity): Promise<Ownership> {
    return rowOf(roomId, await this.#ask(TAKE, roomId, [name, ...ownerOf(owner)]));
  }

  async confirm(roomId: string, bootId: string, epoch: number): Promise<boolean> {
    return (await this.#ask(CONFIRM, roomId, [bootId, String(epoch)]))[0] === "OK";
  }

  async reclaim(roomId: string, bootId: string, epoch: number): Promise<boolean> {
    return (await this.#ask(RECLAIM, roomId, [bootId, String(epoch)]))[0] === "OK";
  }

  async transfer(
    record: Parameters<ClusterStore["transfer"]>[0],
    target: NodeIdentity,
  ): Promise<Ownership | undefined> {
    const expected = [record.bootId, String(record.epoch), String(record.attempt)];
    const reply = await this.#ask(TRANSFER, record.roomId, [...expected, ...ownerOf(target)]);
    return reply[1] ? rowOf(record.roomId, reply) : undefined;
  }

  async release(roomId: string, bootId: string, epoch: number): Promise<void> {
    await this.#ask(RELEASE, roomId, [bootId, String(epoch)]);
  }

  async disown({ roomId, bootId, epoch, attempt }: Parameters<ClusterStore["disown"]>[0]): Promise<void> {
    await this.#ask(DISOWN, roomId, [bootId, String(epoch), String(attempt)]);
  }

  async read(roomId: string): Promise<Ownership | undefined> {
    const values = await guarded(() => this.#link.read((client) => client.hmget(this.#own(roomId), ...FIELDS)));
    return values[0] === null ? undefined : rowOf(roomId, ["ROW", ...values.map(String)]);
  }

  async secret(proposal: Buffer): Promise<Buffer> {
    const args = [proposal.toString("base64")];
    const [secret] = await this.#run({ script: SECRET, keys: [this.#key("secret")], args });
    return Buffer.from(String(secret), "base64");
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  #key(name: string): string {
    return `${this.#prefix}:{nodes}:${name}`;
  }

  #own(roomId: string): string {
    return `${this.#prefix}:{room/${roomId.replace(/[%{}]/g, encodeURIComponent)}}:own`;
  }

  #ask(script: Script, roomId: string, args: readonly string[]): Promise<readonly string[]> {
    return this.#run({ script, keys: [this.#own(roomId)], args });
  }

  async #run(call: Call): Promise<readonly string[]> {
    return (await guarded(() => this.#link.run(call))).reply;
  }
}

function ownerOf({ bootId, nodeId, internalAddress, publicAddress }: NodeIdentity): readonly string[] {
  return [bootId, nodeId, internalAddress, publicAddress, String(OFFER_MS)];
}

async function guarded<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof RedisFailure)) throw cause;
    throw new ArenaError("CLUSTER_UNAVAILABLE", cause.message, { cause });
  }
}

const FIELDS = ["name", "boot", "node", "inner", "outer", "epoch", "attempt", "state"] as const;

function rowOf(roomId: string, reply: readonly string[]): Ownership {
  const [, name = "", bootId = "", nodeId = "", internalAddress = "", publicAddress = "", epoch, attempt, state] =
    reply;
  const known = state === "offered" || state === "starting" ? state : "running";
  return {
    roomId,
    name,
    bootId,
    nodeId,
    internalAddress,
    publicAddress,
    epoch: Number(epoch),
    attempt: Number(attempt),
    state: known,
  };
}

/** Status, since when the lease is held, the time, for how long the store is fresh, the departed, when the first lease ends. */
const HEAD_FIELDS = 6;
/** Identity, report, since and drains of each. */
const FIELDS_OF_A_NODE = 4;

function readRenewal(reply: readonly string[]): Renewed {
  const [status, detail = "", now, freshMs, departed = "", endsMs] = reply;
  if (status !== "HELD") return { isHeld: false, holder: detail };
  const end = reply.indexOf("RESERVED");
  const reservations = reservationsBy(reply.slice(end + 1));
  const nodes: NodeRecord[] = [];
  for (let at = HEAD_FIELDS; at < end; at += FIELDS_OF_A_NODE) {
    const [who = "{}", load = "", since, drains] = reply.slice(at, at + FIELDS_OF_A_NODE);
    const identity = JSON.parse(who) as NodeIdentity; // what a process of ours wrote
    const report = load === "" ? undefined : (JSON.parse(load) as Report); // as above
    const pending = reservations.get(identity.bootId) ?? [];
    nodes.push({
      ...identity,
      ageMs: Number(now) - Number(since),
      isDraining: drains === "1",
      report,
      reservations: pending,
    });
  }
  const gone = departed === "" ? [] : departed.split(" ");
  const firstEndMs = Number(endsMs) - Number(now);
  return { isHeld: true, term: Number(detail), freshMs: Number(freshMs), nodes, departed: gone, firstEndMs };
}

function reservationsBy(rows: readonly string[]): ReadonlyMap<string, readonly Reservation[]> {
  const byBoot = new Map<string, Reservation[]>();
  for (const row of rows) {
    const [bootId = "", id = "", ...weight] = row.split(" ");
    const reservation = { id, weight: JSON.parse(weight.join(" ")) as Reservation["weight"] }; // what a process of ours wrote
    byBoot.set(bootId, [...(byBoot.get(bootId) ?? []), reservation]);
  }
  return byBoot;
}
