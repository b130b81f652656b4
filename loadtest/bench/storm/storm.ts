import type { Figure } from "../case.ts";
import { deadline } from "../deadline.ts";
import type { Load } from "../load.ts";
import { inFlight } from "../matchmaking.ts";
import type { Manner } from "./manners.ts";
import { Returner } from "./returner.ts";

/** Who is to come back, and where. */
export interface CrowdParts {
  readonly port: number;
  readonly manner: Manner;
  readonly clients: number;
  /** Whether their rooms go on after the end of their process. */
  readonly isKept: boolean;
}

/** What became of a storm. */
export interface Aftermath {
  /** Time in ms from the loss until each was back that came back, sorted. */
  readonly backMs: readonly number[];
  /** How often each end of a connection or an attempt was met. */
  readonly endings: ReadonlyMap<string, number>;
}

const CLIENTS_PER_ROOM = 50;
/** A room that says little: it is coming back that is measured. */
const ROOM: Omit<Load, "id"> = { entities: 100, changed: 30, tickMs: 500, messageBytes: 0, messagesPerTick: 0 };
/** What other servers know nothing of is not asked of them. */
const KEPT_ROOM = { ...ROOM, durability: "checkpoint" };
const STORM_MS = 120_000;

/** Clients that lose their connections together. */
export class Crowd {
  readonly #returners: readonly Returner[];
  readonly #room: Omit<Load, "id">;
  readonly #endings = new Map<string, number>();

  constructor({ port, manner, clients, isKept }: CrowdParts) {
    this.#room = isKept ? KEPT_ROOM : ROOM;
    const onEnding = ({ label }: { label: string }): void => {
      this.#endings.set(label, (this.#endings.get(label) ?? 0) + 1);
    };
    this.#returners = Array.from(
      { length: clients },
      () => new Returner({ port, manner, random: Math.random, onEnding }),
    );
  }

  /** Has all of them take a seat. */
  join(): Promise<void> {
    return inFlight(this.#returners.length, (index) => {
      const id = `room-${Math.floor(index / CLIENTS_PER_ROOM)}`;
      return this.#returners[index]?.join({ ...this.#room, id }) ?? Promise.resolve();
    });
  }

  /** Does what ends all connections, and waits for everybody who comes back. */
  async storm(lose: () => Promise<void> | void): Promise<Aftermath> {
    this.#endings.clear();
    const backMs: number[] = [];
    const startMs = performance.now();
    const returns = this.#returners.map(async (returner) => {
      if (await returner.awaitReturn()) backMs.push(performance.now() - startMs);
    });
    await lose();
    await Promise.race([Promise.all(returns), deadline(STORM_MS, "Not everybody is back").catch(() => {})]);
    return { backMs: backMs.sort((a, b) => a - b), endings: this.#endings };
  }

  /** Cuts all lines at once. */
  cut(): void {
    for (const returner of this.#returners) returner.cut();
  }

  /** Ends all connections. */
  close(): void {
    for (const returner of this.#returners) returner.close();
  }
}

/** The figures of a storm. */
export function figuresOf({ backMs, endings }: Aftermath, clients: number, where: string): Figure[] {
  const at = (share: number): number => (backMs[Math.ceil(clients * share) - 1] ?? Number.POSITIVE_INFINITY) / 1000;
  return [
    { name: `s until half are back: ${where}`, value: at(0.5) },
    { name: `s until 99 % are back: ${where}`, value: at(0.99) },
    { name: `s until all are back: ${where}`, value: at(1) },
    { name: `not back for good: ${where}`, value: clients - backMs.length },
    ...[...endings].map(([label, times]) => ({ name: `ended with ${label}: ${where}`, value: times })),
  ];
}
