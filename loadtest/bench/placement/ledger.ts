import { knownBy, type NodeRecord, type Weight } from "../../../src/placement/placement.ts";
import type { Agenda } from "./agenda.ts";

/** What a node has published, and what is reserved on it. */
interface Row {
  readonly startedMs: number;
  report: object | undefined;
  /** Rooms and connections, as Colyseus' statistics tell them. */
  counts: Counts;
  /** Connections that its rooms will have come to, those included that are on their way. Nobody can know. */
  destined: number;
  readonly reserved: Map<string, { readonly weight: Weight; readonly endsMs: number }>;
}

/** What Colyseus publishes of a process. */
export interface Counts {
  readonly rooms: number;
  readonly connections: number;
}

const RESERVATION_MS = 10_000;
/** Each process renews its lease so often; with that it tells its load, and sees the others. */
export const RENEWAL_MS = 500;

/** What Redis holds of a cluster, as `src/cluster` keeps it there: what each node last told, and reservations until a report has the room. */
export class Ledger {
  readonly #agenda: Agenda;
  readonly #rows = new Map<string, Row>();
  #known = knownBy([]);
  #knownMs = Number.NEGATIVE_INFINITY;

  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  /** A node is there that has told nothing yet. */
  join(bootId: string): void {
    const startedMs = this.#agenda.nowMs();
    this.#rows.set(bootId, {
      startedMs,
      report: undefined,
      counts: { rooms: 0, connections: 0 },
      destined: 0,
      reserved: new Map(),
    });
  }

  /** A node says how it is, and which of the rooms in that report may still be reserved. */
  tell(bootId: string, report: object, settled: readonly string[]): void {
    const row = this.#rowOf(bootId);
    row.report = report;
    for (const id of settled) row.reserved.delete(id);
  }

  /** A node publishes what Colyseus would. */
  count(bootId: string, counts: Counts): void {
    this.#rowOf(bootId).counts = counts;
  }

  /** A room that was given to a node will have so many connections, or has ended and does not have them any more. */
  destine(bootId: string, connections: number): void {
    this.#rowOf(bootId).destined += connections;
  }

  /** Notes what is on its way to a node. */
  reserve(bootId: string, id: string, weight: Weight): void {
    this.#rowOf(bootId).reserved.set(id, { weight, endsMs: this.#agenda.nowMs() + RESERVATION_MS });
  }

  /** What the nodes know of a type, as whose last renewal was not long ago has seen it. */
  known(): ReturnType<typeof knownBy> {
    const nowMs = this.#agenda.nowMs();
    if (nowMs >= this.#knownMs + RENEWAL_MS) [this.#known, this.#knownMs] = [knownBy(this.#rows.values()), nowMs];
    return this.#known;
  }

  /** What the nodes published last. */
  counts(): ReadonlyMap<string, Counts> {
    return new Map(Array.from(this.#rows, ([bootId, { counts }]) => [bootId, counts]));
  }

  /** What the rooms of each node will have come to. */
  destined(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.#rows, ([bootId, { destined }]) => [bootId, destined]));
  }

  /** The cluster as a renewal shows it. */
  view(): readonly NodeRecord[] {
    const nowMs = this.#agenda.nowMs();
    return Array.from(this.#rows, ([bootId, { startedMs, report, reserved }]) => {
      for (const [id, { endsMs }] of reserved) if (endsMs <= nowMs) reserved.delete(id);
      const reservations = Array.from(reserved, ([id, { weight }]) => ({ id, weight }));
      const ageMs = nowMs - startedMs;
      return { bootId, region: "", version: "", labels: [], isDraining: false, ageMs, report, reservations };
    });
  }

  #rowOf(bootId: string): Row {
    const row = this.#rows.get(bootId);
    if (!row) throw new Error(`${bootId} has not joined.`);
    return row;
  }
}
