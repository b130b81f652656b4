import type { Clock } from "../clock/clock.ts";
import { Experience, expectation, type Known, pooled, UNKNOWN } from "./experience.ts";
import { type Load, RESOURCES } from "./load.ts";
import type { LoadReport, TypeReport } from "./report.ts";

/** What a reporter is built from. */
export interface ReporterParts {
  readonly clock: Pick<Clock, "nowMs">;
  /** Connections that this node takes. */
  readonly capacity: number;
  /** Shares of what this node has, since it was last asked. */
  readonly readings: () => Omit<Load, "connections">;
}

interface Crowd {
  readonly name: string;
  readonly openedMs: number;
  present: number;
  /** Sessions that have seats and have not come yet, and until when they may. */
  readonly awaited: Map<string, number>;
  /** The most that were present since the room last taught. */
  peak: number;
  lessonMs: number;
}

/** A room teaches what it came to when it ends, and each time that it has lived for so long. */
const LESSON_MS = 30_000;
/** Rooms are named as long as a renewal that failed may have lost their names; to name one twice does no harm. */
const NAMED_MS = 5000;
/** Within a second, load that rises is believed for the most part, load that falls only by and by. */
const RISE = 0.6;
const FALL = 0.15;
const MS_PER_S = 1000;
/** Whoever has not come by then does not count any more; as long as seats are kept by default. */
const SEAT_MS = 15_000;
/** A change of such a share is worth telling before it is due. */
const URGENT_CHANGE = 0.05;
/** Of so many connections at least. */
const URGENT_CONNECTIONS = 10;

/** What a room is still hoped to get becomes less until then, and is nothing from then on. */
const GROWTH_MS = 10_000;

const NO_LOAD: Load = { connections: 0, loop: 0, ticks: 0, egress: 0, memory: 0 };

/**
 * Makes the reports of one node: what it measures of itself, smoothed; and its connections, where a room that is new counts as
 * much as its type is expected to bring, and more and more as what it has.
 */
export class LoadReporter {
  readonly #parts: ReporterParts;
  readonly #rooms = new Map<string, Crowd>();
  readonly #experience = new Experience();
  /** When rooms were opened that are to be named. */
  readonly #opened = new Map<string, number>();
  #expected: ReadonlyMap<string, number> = new Map();
  #told: Load = NO_LOAD;
  #toldMs: number;
  #seq = 0;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
    this.#toldMs = parts.clock.nowMs() - MS_PER_S;
  }

  /** A room is here. */
  opened(roomId: string, name: string): void {
    const nowMs = this.#parts.clock.nowMs();
    this.#rooms.set(roomId, {
      name,
      openedMs: nowMs,
      present: 0,
      awaited: new Map(),
      peak: 0,
      lessonMs: nowMs + LESSON_MS,
    });
    this.#opened.set(roomId, nowMs);
  }

  /** A room is gone. */
  closed(roomId: string): void {
    const room = this.#rooms.get(roomId);
    if (room) this.#teach(room);
    this.#rooms.delete(roomId);
  }

  /** A seat is kept for a session that is on its way into a room. */
  expected(roomId: string, sessionId: string): void {
    this.#rooms.get(roomId)?.awaited.set(sessionId, this.#parts.clock.nowMs() + SEAT_MS);
  }

  /** A session has come into a room. */
  joined(roomId: string, sessionId: string): void {
    const room = this.#rooms.get(roomId);
    if (!room) return;
    room.awaited.delete(sessionId);
    room.present++;
    room.peak = Math.max(room.peak, room.present);
  }

  /** A session has left a room. */
  left(roomId: string): void {
    const room = this.#rooms.get(roomId);
    if (room) room.present--;
  }

  /** Whether so much has changed since the last report that the next should not wait until it is due. */
  get isUrgent(): boolean {
    const { connections } = this.#told;
    const change = Math.abs(this.#connections() - connections);
    return change > Math.max(URGENT_CONNECTIONS, URGENT_CHANGE * connections);
  }

  /** What is to be told now. @param knownOf what the other nodes know of a type: a node that is new knows from them what to expect */
  report(knownOf: (name: string) => Known): LoadReport {
    const { clock, capacity, readings } = this.#parts;
    const nowMs = clock.nowMs();
    for (const room of this.#rooms.values()) if (nowMs >= room.lessonMs) this.#teach(room);
    for (const [roomId, openedMs] of this.#opened) if (nowMs > openedMs + NAMED_MS) this.#opened.delete(roomId);
    const expected = this.#types();
    const expect = (name: string): number => expectation(pooled([this.#experience.of(name), knownOf(name)]));
    this.#expected = new Map([...expected.keys()].map((name) => [name, expect(name)]));
    const now = { ...readings(), connections: this.#connections() };
    this.#told = smoothed(this.#told, now, (nowMs - this.#toldMs) / MS_PER_S);
    this.#toldMs = nowMs;
    return {
      seq: ++this.#seq,
      load: this.#told,
      capacity,
      expected: Object.fromEntries(expected),
      ledger: [...this.#opened.keys()],
    };
  }

  #teach(room: Crowd): void {
    if (room.peak > 0) this.#experience.learn(room.name, room.peak);
    room.peak = room.present;
    room.lessonMs = this.#parts.clock.nowMs() + LESSON_MS;
  }

  #types(): ReadonlyMap<string, TypeReport> {
    const rooms = Map.groupBy(this.#rooms.values(), ({ name }) => name);
    const names = new Set([...this.#experience.names, ...rooms.keys()]);
    return new Map(
      [...names].map((name) => [name, { ...this.#experience.of(name), rooms: rooms.get(name)?.length ?? 0 }]),
    );
  }

  #connections(): number {
    const nowMs = this.#parts.clock.nowMs();
    let sum = 0;
    for (const room of this.#rooms.values()) {
      for (const [sessionId, endsMs] of room.awaited) if (nowMs > endsMs) room.awaited.delete(sessionId);
      const hope = Math.max(0, 1 - (nowMs - room.openedMs) / GROWTH_MS);
      sum += Math.max(room.present + room.awaited.size, hope * (this.#expected.get(room.name) ?? expectation(UNKNOWN)));
    }
    return sum;
  }
}

/** Connections are counted and expected, not measured, so they are told as they are. A reading of a short time counts for less. */
function smoothed(before: Load, now: Load, seconds: number): Load {
  const next = { ...now };
  for (const resource of RESOURCES) {
    if (resource === "connections") continue;
    const [from, to] = [before[resource], now[resource]];
    next[resource] = to + (from - to) * (1 - (to > from ? RISE : FALL)) ** seconds;
  }
  return next;
}
