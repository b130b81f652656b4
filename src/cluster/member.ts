import { randomBytes } from "node:crypto";
import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError, toArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { Lease } from "./lease.ts";
import { Owners } from "./owners.ts";
import type { ClusterStore, Renewed } from "./store.ts";
import {
  type Calls,
  type Cluster,
  type Holder,
  LEASE_MS,
  type LeaseEvent,
  type NodeIdentity,
  type NodeRecord,
  type Offer,
  type Ownership,
  type Report,
  type Reservation,
} from "./types.ts";
import { Witnesses } from "./witnesses.ts";

/** What a member is made of. */
export interface MemberParts {
  readonly identity: Omit<NodeIdentity, "internalAddress">;
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** No other process can have this one's rooms: it acts whatever the clock says. */
  readonly isSole: boolean;
}

type LeaseListener = (event: LeaseEvent) => void | Promise<void>;

const RENEW_EVERY_MS = 500;
const CHECK_EVERY_MS = 100;
const URGENT_EVERY_MS = 200;
/** A lease that has less left was not renewed when it was time. */
const OVERDUE_LEFT_MS = LEASE_MS - 1.5 * RENEW_EVERY_MS;
/** A process that was killed holds its name until its lease ends. */
const NAME_WAIT_MS = LEASE_MS + RENEW_EVERY_MS;
const NAME_RETRY_MS = 250;
const SECRET_BYTES = 32;

/** One process' part in a cluster: it renews its lease, and keeps the view of the others that each renewal brings. */
export class Member implements Cluster {
  #identity: NodeIdentity;
  readonly #parts: MemberParts;
  readonly #lease = new Lease();
  readonly #witnesses: Witnesses;
  readonly #owners: Owners;
  readonly #leaseListeners = new Set<LeaseListener>();
  readonly #goneListeners = new Set<(node: NodeRecord) => void>();
  #nodes: ReadonlyMap<string, NodeRecord> = new Map();
  #departed: readonly string[] = [];
  #report: Report | undefined;
  #isReportSent = true;
  #settled: readonly string[] = [];
  #isDraining = false;
  /** Proposed until the store has said whose it is. */
  #secret: Buffer = randomBytes(SECRET_BYTES);
  /** Of its lease; another one, and the lease had run out. */
  #term = 0;
  /** The lease had run out, and whose the rooms are is being asked. */
  #isInDoubt = false;
  /** Another has its name: it is out, for good. */
  #isReplaced = false;
  #couldAct = false;
  #wasCovered = false;
  /** Until then the store may not have heard of all rooms. */
  #freshUntilMs = 0;
  /** Until then a process that is not in the view may just not have come back from the same outage. */
  #graceEndsMs = 0;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #renewing: Promise<void> | undefined;
  #stops: readonly Stop[] = [];
  #stopLooking: Stop = () => {};
  #isClosed = false;

  constructor(parts: MemberParts) {
    this.#parts = parts;
    this.#identity = { ...parts.identity, internalAddress: "" };
    const { clock } = parts;
    this.#witnesses = new Witnesses({
      clock,
      isOverdue: () => this.#lease.isOverdue(clock.nowMs()),
      bootId: this.identity.bootId,
      lives: (bootId) => this.#nodes.has(String(bootId)),
    });
    this.#owners = new Owners(parts.clock, (roomId) => parts.store.read(roomId));
  }

  get identity(): NodeIdentity {
    return this.#identity;
  }

  async join(internalAddress: string): Promise<void> {
    const { clock } = this.#parts;
    this.#identity = { ...this.#identity, internalAddress };
    for (const untilMs = clock.nowMs() + NAME_WAIT_MS; ; ) {
      const sentMs = clock.nowMs();
      const renewed = await this.#send();
      if (renewed.isHeld) {
        this.#term = renewed.term;
        this.#see(renewed);
        this.#lease.confirm(sentMs);
        break;
      }
      if (clock.nowMs() > untilMs) throw new ArenaError("NODE_ID_TAKEN", `It is "${this.identity.nodeId}".`);
      await new Promise<void>((resolve) => clock.after(NAME_RETRY_MS, resolve));
    }
    this.#couldAct = true;
    this.#stops = [
      clock.every(RENEW_EVERY_MS, () => void this.#renew()),
      clock.every(CHECK_EVERY_MS, () => this.#check()),
    ];
    const freshMs = this.#freshUntilMs - clock.nowMs();
    if (freshMs > 0) await new Promise<void>((resolve) => clock.after(freshMs, resolve)); // what it would be asked for it could not do
  }

  meet(calls: Calls): void {
    this.#witnesses.meet(calls);
  }

  /** Whoever hears that it may not has to hear when it may again. */
  mayAct(): boolean {
    const mayAct = this.#mayAct();
    if (!mayAct) this.#announce();
    return mayAct;
  }

  isLeaseHeld(): boolean {
    if (this.#parts.isSole) return true;
    return !this.#isInDoubt && this.#lease.isHeld(this.#parts.clock.nowMs());
  }

  nodes(): readonly NodeRecord[] {
    return [...this.#nodes.values()];
  }

  node(bootId: string): NodeRecord | undefined {
    return this.#nodes.get(bootId);
  }

  async isGone(owner: Holder): Promise<boolean> {
    if (await this.#parts.store.lives(owner.bootId)) return false;
    await this.#witnesses.stop(owner);
    return true;
  }

  departed(): readonly string[] {
    return this.#departed;
  }

  async disown(bootId: string, roomIds: readonly string[]): Promise<boolean> {
    const { store } = this.#parts;
    const records = await Promise.all(roomIds.map((roomId) => store.read(roomId)));
    const left = records.filter((record) => record !== undefined).filter((record) => record.bootId === bootId);
    const isAlive = this.#nodes.has(bootId) || (await store.lives(bootId)); // asked after the records were read
    if (isAlive) return false;
    if (left[0]) await this.#witnesses.stop(left[0]);
    await Promise.all(left.map((record) => store.disown(record)));
    return true;
  }

  bury(bootId: string): Promise<void> {
    return this.#parts.store.bury(bootId);
  }

  refresh(): Promise<void> {
    return this.#renew();
  }

  setReport(report: Report, isUrgent = false): void {
    this.#report = report;
    this.#isReportSent = false;
    const { ledger } = report;
    this.#settled = Array.isArray(ledger) ? ledger.map(String) : [];
    if (isUrgent && this.#parts.clock.nowMs() - this.#lastSentMs >= URGENT_EVERY_MS) void this.#renew();
  }

  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.#renew();
  }

  reserve(bootId: string, reservation: Reservation): Promise<boolean> {
    return this.#parts.store.reserve(bootId, reservation);
  }

  async offer(roomId: string, { name, target, expect }: Offer): Promise<Ownership> {
    const node = this.#nodes.get(target);
    if (!node) throw new ArenaError("PEER_UNREACHABLE");
    if (this.#parts.clock.nowMs() < this.#freshUntilMs) throw justBegun();
    this.#owners.forget(roomId);
    return this.#parts.store.offer(roomId, { name, target: node, expect });
  }

  claim(roomId: string, { attempt }: Pick<Ownership, "attempt">): Promise<Ownership | undefined> {
    return this.#parts.store.claim(roomId, this.identity.bootId, attempt);
  }

  take(roomId: string, { name }: Pick<Ownership, "name">): Promise<Ownership> {
    return this.#parts.store.take(roomId, name, this.identity);
  }

  confirm(roomId: string, epoch: number): Promise<boolean> {
    return this.#parts.store.confirm(roomId, this.identity.bootId, epoch);
  }

  reclaim(roomId: string, epoch: number): Promise<boolean> {
    return this.#parts.store.reclaim(roomId, this.identity.bootId, epoch);
  }

  async transfer(
    room: Pick<Ownership, "roomId" | "epoch" | "attempt">,
    target: string,
  ): Promise<Ownership | undefined> {
    const node = this.#nodes.get(target);
    if (!node) throw new ArenaError("PEER_UNREACHABLE");
    this.#owners.forget(room.roomId);
    return this.#parts.store.transfer({ ...room, bootId: this.identity.bootId }, node);
  }

  async release(roomId: string, epoch: number): Promise<void> {
    this.#owners.forget(roomId);
    await this.#parts.store.release(roomId, this.identity.bootId, epoch);
  }

  async owner(roomId: string): Promise<Ownership | undefined> {
    const record = await this.#owners.find(roomId);
    if (!record) await this.#assertComplete();
    return record;
  }

  forget(roomId: string): void {
    this.#owners.forget(roomId);
  }

  onLease(listener: LeaseListener): Stop {
    this.#leaseListeners.add(listener);
    return () => void this.#leaseListeners.delete(listener);
  }

  onNodeGone(listener: (node: NodeRecord) => void): Stop {
    this.#goneListeners.add(listener);
    return () => void this.#goneListeners.delete(listener);
  }

  async secret(): Promise<Buffer> {
    this.#secret = await this.#parts.store.secret(this.#secret);
    return this.#secret;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    this.#stopLooking();
    await this.#renewing;
    this.#lease.end();
    if (this.#nodes.size > 0) await this.#parts.store.leave(this.identity).catch(() => {}); // it runs out by itself
    await this.#parts.store.close();
  }

  /** A store that was emptied is told by and by who has which room; it was since the last renewal where it does not know this process. */
  async #assertComplete(): Promise<void> {
    const isKnown = this.#parts.isSole || (await this.#parts.store.lives(this.identity.bootId));
    if (!isKnown || this.#parts.clock.nowMs() < this.#freshUntilMs) throw justBegun();
  }

  async #send(): Promise<Renewed> {
    const report = this.#isReportSent ? undefined : this.#report;
    const settled = this.#settled;
    this.#lastSentMs = this.#parts.clock.nowMs();
    const { identity } = this;
    const renewed = await this.#parts.store.renew({ identity, isDraining: this.#isDraining, report, settled });
    if (report === this.#report) this.#isReportSent = true;
    if (settled === this.#settled) this.#settled = [];
    return renewed;
  }

  /** One renewal is under way at a time; it fails within the time that the store gives itself. */
  #renew(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#renewing ??= this.#tryRenew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #tryRenew(): Promise<void> {
    const sentMs = this.#parts.clock.nowMs();
    try {
      const renewed = await this.#send();
      if (renewed.isHeld) await this.#confirmed(renewed, sentMs);
      else this.#replaced(renewed.holder);
    } catch (error) {
      this.#parts.telemetry.emit("cluster:unconfirmed", { error: toArenaError(error) });
    }
    this.#announce();
  }

  async #confirmed(renewed: Renewed & { isHeld: true }, sentMs: number): Promise<void> {
    const { clock, telemetry } = this.#parts;
    const { term, nodes } = renewed;
    const isNew = term !== this.#term;
    if (isNew) await this.#parts.store.secret(this.#secret); // a store that was emptied has it again before anybody comes
    if (isNew || !this.#lease.isHeld(clock.nowMs())) this.#graceEndsMs = clock.nowMs() + LEASE_MS;
    this.#see(renewed);
    if (isNew) [this.#isInDoubt, this.#couldAct] = [true, false];
    this.#term = term;
    this.#lease.confirm(sentMs);
    if (!this.#isInDoubt) return;
    telemetry.emit("cluster:leaseLost", { processes: nodes.length });
    for (const listener of this.#leaseListeners) await listener("lost");
    this.#isInDoubt = false;
  }

  /** Another process has the name. */
  #replaced(holder: string): void {
    this.#isReplaced = true;
    this.#lease.end();
    this.#parts.telemetry.emit("cluster:replaced", { holder });
  }

  #check(): void {
    const others = this.nodes().filter(({ bootId }) => bootId !== this.identity.bootId);
    void this.#witnesses.ask(others).then(() => this.#announce());
  }

  #mayAct(): boolean {
    return this.isLeaseHeld() || this.#isCovered();
  }

  #isCovered(): boolean {
    return !(this.#isInDoubt || this.#isReplaced || this.#isClosed) && this.#witnesses.isCovered;
  }

  #announce(): void {
    if (this.#isInDoubt || this.#parts.isSole) return;
    const isCovered = !this.isLeaseHeld() && this.#isCovered();
    if (isCovered !== this.#wasCovered) {
      this.#wasCovered = isCovered;
      this.#parts.telemetry.emit("cluster:outage", { state: isCovered ? "shared" : "over" });
    }
    const mayAct = this.#mayAct();
    if (mayAct === this.#couldAct) return;
    this.#couldAct = mayAct;
    const state = mayAct ? "held" : "fenced";
    this.#parts.telemetry.emit("cluster:lease", { state });
    for (const listener of this.#leaseListeners) void listener(state);
  }

  /** Whoever does not renew its lease is seen to be gone when that ends, not up to a renewal later: its rooms stand still. */
  #lookAt(firstEndMs: number): void {
    this.#stopLooking();
    if (firstEndMs < OVERDUE_LEFT_MS)
      this.#stopLooking = this.#parts.clock.after(firstEndMs + 1, () => void this.#renew());
  }

  #see({ nodes, freshMs, departed, firstEndMs }: Renewed & { isHeld: true }): void {
    this.#departed = departed;
    this.#lookAt(firstEndMs);
    const nowMs = this.#parts.clock.nowMs();
    this.#freshUntilMs = nowMs + freshMs;
    const seen = new Map(nodes.map((node) => [node.bootId, node]));
    const isGrace = nowMs < this.#graceEndsMs || this.#witnesses.isPromised;
    const missing = [...this.#nodes.values()].filter(({ bootId }) => !seen.has(bootId));
    if (isGrace) for (const node of missing) seen.set(node.bootId, node);
    this.#nodes = seen;
    if (isGrace) return;
    for (const node of missing) {
      this.#owners.forgetBoot(node.bootId);
      this.#parts.telemetry.emit("cluster:nodeGone", { name: node.nodeId, bootId: node.bootId });
      for (const listener of this.#goneListeners) listener(node);
    }
  }
}

function justBegun(): ArenaError {
  return new ArenaError("CLUSTER_UNAVAILABLE", "It has just begun.");
}
