import type { Clock } from "../clock/clock.ts";
import { isFree, type OwnershipRow, offered, started } from "./ownership.ts";
import type { ClusterStore, Renewal, Renewed, RoomOffer } from "./store.ts";
import {
  DEPARTED_MS,
  LEASE_MS,
  type NodeIdentity,
  type NodeRecord,
  type Ownership,
  RESERVATION_MS,
  type Reservation,
} from "./types.ts";

interface MemberRow {
  readonly record: Omit<NodeRecord, "reservations" | "ageMs">;
  readonly startedMs: number;
  readonly term: number;
  readonly endsMs: number;
}

interface Pending extends Reservation {
  readonly endsMs: number;
}

/** What a cluster knows, in the memory of one process; it may be shared by several members, as tests do. */
export class MemoryStore implements ClusterStore {
  readonly description = "the memory of this process";
  readonly #clock: Clock;
  readonly #members = new Map<string, MemberRow>();
  readonly #departed = new Set<string>();
  readonly #reservations = new Map<string, Map<string, Pending>>();
  readonly #rooms = new Map<string, OwnershipRow>();
  #secret: Buffer | undefined;
  #terms = 0;
  /** End of the leases that were prolonged last. */
  #sparedMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async renew({ identity, isDraining, report, settled }: Renewal): Promise<Renewed> {
    const nowMs = this.#clock.nowMs();
    this.#spare(nowMs);
    const isOther = ({ nodeId, bootId }: NodeIdentity): boolean =>
      nodeId === identity.nodeId && bootId !== identity.bootId;
    const holder = this.#alive().find(({ record }) => isOther(record));
    if (holder) return { isHeld: false, holder: holder.record.bootId };
    const before = this.#members.get(identity.bootId);
    const record = { ...identity, isDraining, report: report ?? before?.record.report };
    const startedMs = before?.startedMs ?? nowMs;
    const term = before && before.endsMs > nowMs ? before.term : ++this.#terms;
    this.#members.set(identity.bootId, { record, startedMs, term, endsMs: nowMs + LEASE_MS });
    for (const id of settled) this.#pendingOf(identity.bootId).delete(id);
    for (const [bootId, { endsMs }] of this.#members) if (endsMs <= nowMs - DEPARTED_MS) this.#depart(bootId);
    this.#departed.delete(identity.bootId);
    const nodes = this.#alive().map((member) => this.#describe(member));
    const firstEndMs = Math.min(...this.#alive().map(({ endsMs }) => endsMs)) - nowMs;
    return { isHeld: true, term, freshMs: 0, nodes, departed: [...this.#departed], firstEndMs };
  }

  async leave({ bootId }: Pick<NodeIdentity, "bootId">): Promise<void> {
    this.#depart(bootId);
  }

  async bury(bootId: string): Promise<void> {
    this.#departed.delete(bootId);
  }

  async lives(bootId: string): Promise<boolean> {
    const alive = this.#alive();
    return alive.length === 0 ? this.#members.has(bootId) : alive.some(({ record }) => record.bootId === bootId);
  }

  async reserve(bootId: string, { id, weight }: Reservation): Promise<boolean> {
    const member = this.#alive().find(({ record }) => record.bootId === bootId);
    if (!member || member.record.isDraining) return false;
    this.#pendingOf(bootId).set(id, { id, weight, endsMs: this.#clock.nowMs() + RESERVATION_MS });
    return true;
  }

  async offer(roomId: string, { name, target, expect }: RoomOffer): Promise<Ownership> {
    const row = this.#rooms.get(roomId);
    const nowMs = this.#clock.nowMs();
    if (row && !isFree(row, expect, nowMs)) return row;
    return this.#write(offered({ roomId, name, target, nowMs }, row));
  }

  async claim(roomId: string, bootId: string, attempt: number): Promise<Ownership | undefined> {
    const row = this.#rooms.get(roomId);
    if (row?.state !== "offered" || row.bootId !== bootId || row.attempt !== attempt) return undefined;
    return this.#write(started(row, this.#clock.wallMs()));
  }

  async take(roomId: string, name: string, owner: NodeIdentity): Promise<Ownership> {
    const row = this.#rooms.get(roomId);
    const nowMs = this.#clock.nowMs();
    if (row && !isFree(row, undefined, nowMs)) return row;
    return this.#write(started(offered({ roomId, name, target: owner, nowMs }, row), this.#clock.wallMs()));
  }

  async confirm(roomId: string, bootId: string, epoch: number): Promise<boolean> {
    const row = this.#mine(roomId, bootId, epoch);
    if (row) this.#write({ ...row, state: "running" });
    return row !== undefined;
  }

  async reclaim(roomId: string, bootId: string, epoch: number): Promise<boolean> {
    const row = this.#mine(roomId, bootId, epoch);
    if (row) this.#write({ ...row, attempt: row.attempt + 1, state: "running" });
    return row !== undefined;
  }

  async transfer(
    expected: Parameters<ClusterStore["transfer"]>[0],
    target: NodeIdentity,
  ): Promise<Ownership | undefined> {
    const { roomId, bootId, epoch, attempt } = expected;
    const row = this.#mine(roomId, bootId, epoch);
    if (row?.state !== "running" || row.attempt !== attempt) return this.#rooms.get(roomId);
    const nowMs = this.#clock.nowMs();
    const next = started(offered({ roomId, name: row.name, target, nowMs }, row), this.#clock.wallMs());
    return this.#write({ ...next, state: "running" });
  }

  async release(roomId: string, bootId: string, epoch: number): Promise<void> {
    if (this.#mine(roomId, bootId, epoch)) this.#rooms.delete(roomId);
  }

  /** A process on its own ends with all that it knows. */
  async disown(): Promise<void> {}

  async read(roomId: string): Promise<Ownership | undefined> {
    return this.#rooms.get(roomId);
  }

  async secret(proposal: Buffer): Promise<Buffer> {
    this.#secret ??= proposal;
    return this.#secret;
  }

  async close(): Promise<void> {}

  /** All have run out: those of whom none would, had it gone on, are prolonged once. */
  #spare(nowMs: number): void {
    const lastMs = Math.max(...[...this.#members.values()].map(({ endsMs }) => endsMs));
    if (lastMs > nowMs || lastMs === this.#sparedMs) return;
    this.#sparedMs = nowMs + LEASE_MS;
    for (const [bootId, member] of this.#members) {
      if (member.endsMs > lastMs - LEASE_MS) this.#members.set(bootId, { ...member, endsMs: this.#sparedMs });
    }
  }

  #depart(bootId: string): void {
    this.#members.delete(bootId);
    this.#reservations.delete(bootId);
    this.#departed.add(bootId);
  }

  #alive(): MemberRow[] {
    return [...this.#members.values()].filter(({ endsMs }) => endsMs > this.#clock.nowMs());
  }

  #describe({ record, startedMs }: MemberRow): NodeRecord {
    const reservations = [...this.#pendingOf(record.bootId).values()].map(({ id, weight }) => ({ id, weight }));
    return { ...record, ageMs: this.#clock.nowMs() - startedMs, reservations };
  }

  #pendingOf(bootId: string): Map<string, Pending> {
    const pending = this.#reservations.get(bootId) ?? new Map<string, Pending>();
    this.#reservations.set(bootId, pending);
    for (const [id, { endsMs }] of pending) if (endsMs <= this.#clock.nowMs()) pending.delete(id);
    return pending;
  }

  #write(row: OwnershipRow): OwnershipRow {
    this.#rooms.set(row.roomId, row);
    return row;
  }

  #mine(roomId: string, bootId: string, epoch: number): OwnershipRow | undefined {
    const row = this.#rooms.get(roomId);
    return row?.bootId === bootId && row.epoch === epoch && row.state !== "offered" ? row : undefined;
  }
}
