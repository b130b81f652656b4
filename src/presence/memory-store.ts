import type { Clock } from "../clock/clock.ts";
import { type NewsListener, type PresenceStore, SHARDS, type ShardState } from "./store.ts";
import { type Change, type Entry, MAX_SESSIONS, type Session, type Told } from "./types.ts";

/** With when it came to where it is. */
interface Dated extends Session {
  readonly sinceMs: number;
}

interface Row {
  readonly sessions: readonly Dated[];
  readonly goneMs: number | undefined;
}

interface Shard {
  revision: number;
  readonly rows: Map<string, Row>;
  /** Sessions by process and session. */
  readonly byBoot: Map<string, Map<string, Entry>>;
}

/** Who has no session any more is remembered up to so many in a shard; who was seen last longest ago goes first. */
const MAX_GONE = 10_000;

/** Sessions in the memory of one process; several members may share it, as tests do. */
export class PresenceMemory {
  readonly clock: Pick<Clock, "nowMs">;
  readonly shards: readonly Shard[] = Array.from({ length: SHARDS }, () => ({
    revision: 0,
    rows: new Map(),
    byBoot: new Map(),
  }));
  readonly listeners = new Set<{ shards: ReadonlySet<number>; listener: NewsListener }>();

  constructor(clock: Pick<Clock, "nowMs">) {
    this.clock = clock;
  }
}

/** One process' door to a {@link PresenceMemory}. */
export class PresenceMemoryStore implements PresenceStore {
  readonly #memory: PresenceMemory;
  readonly #listening: { readonly shards: Set<number>; readonly listener: NewsListener };

  constructor(memory: PresenceMemory, listener: NewsListener) {
    this.#memory = memory;
    this.#listening = { shards: new Set(), listener };
    memory.listeners.add(this.#listening);
  }

  async apply(shard: number, changes: readonly Change[]): Promise<void> {
    const { rows, byBoot } = this.#shard(shard);
    const changed = new Set<string>();
    for (const change of changes) {
      const before = rows.get(change.userId)?.sessions ?? [];
      const sinceMs = this.#memory.clock.nowMs() - change.agoMs;
      const sessions = changedSessions(before, change, sinceMs);
      if (!sessions) continue;
      note(byBoot, change, before);
      const goneMs = sessions.length > 0 ? undefined : sinceMs;
      rows.delete(change.userId);
      rows.set(change.userId, { sessions, goneMs });
      changed.add(change.userId);
    }
    this.#forgetGone(rows);
    if (changed.size > 0) this.#tell(shard, [...changed]);
  }

  async read(shard: number, userIds: readonly string[]): Promise<ShardState> {
    const { revision } = this.#shard(shard);
    return { revision, users: new Map(userIds.map((userId) => [userId, this.#told(shard, userId)])) };
  }

  async sessionsOf(shard: number, bootId: string): Promise<readonly Entry[]> {
    return [...(this.#shard(shard).byBoot.get(bootId)?.values() ?? [])];
  }

  async listen(shard: number): Promise<void> {
    this.#listening.shards.add(shard);
  }

  unlisten(shard: number): void {
    this.#listening.shards.delete(shard);
  }

  close(): void {
    this.#memory.listeners.delete(this.#listening);
  }

  #tell(shard: number, userIds: readonly string[]): void {
    const revision = ++this.#shard(shard).revision;
    const users = new Map(userIds.map((userId) => [userId, this.#told(shard, userId)]));
    for (const { shards, listener } of this.#memory.listeners) {
      if (shards.has(shard)) listener.onNews({ shard, revision, users });
    }
  }

  #told(shard: number, userId: string): Told {
    const row = this.#shard(shard).rows.get(userId);
    const goneForMs = row?.goneMs === undefined ? undefined : this.#memory.clock.nowMs() - row.goneMs;
    return { sessions: (row?.sessions ?? []).map(({ sinceMs: _, ...session }) => session), goneForMs };
  }

  #forgetGone(rows: Map<string, Row>): void {
    if (rows.size <= MAX_GONE) return;
    for (const [userId, { goneMs }] of rows) {
      if (rows.size <= MAX_GONE) return;
      if (goneMs !== undefined) rows.delete(userId);
    }
  }

  #shard(shard: number): Shard {
    const found = this.#memory.shards[shard];
    if (!found) throw new RangeError(`There is no shard ${shard}.`);
    return found;
  }
}

/** The sessions of a user after a change; undefined where it changes nothing. */
function changedSessions(
  sessions: readonly Dated[],
  { sessionId, bootId, term, session }: Change,
  sinceMs: number,
): readonly Dated[] | undefined {
  const at = sessions.findIndex((each) => each.sessionId === sessionId);
  const held = sessions[at];
  if (!session) return held?.bootId === bootId && held.term <= term ? sessions.toSpliced(at, 1) : undefined;
  if (held && held.bootId !== bootId && held.sinceMs > sinceMs) return undefined; // it has gone there since
  const dated = { ...session, sinceMs };
  if (held) return isSame(held, session) ? undefined : sessions.with(at, dated);
  return sessions.length < MAX_SESSIONS ? [...sessions, dated] : undefined;
}

function isSame(one: Session, other: Session): boolean {
  const isSamePlace = one.bootId === other.bootId && one.term === other.term && one.roomId === other.roomId;
  return isSamePlace && one.status === other.status && one.isPrivate === other.isPrivate;
}

/** Keeps the sessions by process as a change has them that was made. */
function note(byBoot: Shard["byBoot"], { session, agoMs: _, ...entry }: Change, before: readonly Session[]): void {
  const old = before.find(({ sessionId }) => sessionId === entry.sessionId);
  const ofOld = byBoot.get(old?.bootId ?? "");
  ofOld?.delete(entry.sessionId);
  if (old && ofOld?.size === 0) byBoot.delete(old.bootId);
  if (session) byBoot.set(entry.bootId, (byBoot.get(entry.bootId) ?? new Map()).set(entry.sessionId, entry));
}
