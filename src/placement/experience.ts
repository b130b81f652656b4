import type { TypeReport } from "./report.ts";

/** What is known of a room type: the connections that its rooms came to have, on average. */
export type Known = Pick<TypeReport, "connections" | "lessons">;

/** So many lessons of a type are remembered, the last ones. */
const MAX_LESSONS = 128;
const MAX_TYPES = 256;
/** Connections of a room of a type that no node has had yet. */
const FIRST_EXPECTED = 8;

/** How many connections rooms of each type came to have on this node. Holds at most 128 numbers for each of 256 types. */
export class Experience {
  readonly #lessons = new Map<string, number[]>();

  /** A room of the type had so many connections at its fullest. */
  learn(name: string, connections: number): void {
    const lessons = this.#lessons.get(name) ?? [];
    lessons.push(connections);
    if (lessons.length > MAX_LESSONS) lessons.shift();
    this.#lessons.delete(name);
    this.#lessons.set(name, lessons);
    const [oldest] = this.#lessons.keys();
    if (this.#lessons.size > MAX_TYPES && oldest !== undefined) this.#lessons.delete(oldest);
  }

  /** Types of which it knows something. */
  get names(): Iterable<string> {
    return this.#lessons.keys();
  }

  /** What it knows of a type. */
  of(name: string): Known {
    const lessons = this.#lessons.get(name) ?? [];
    const sum = lessons.reduce((total, connections) => total + connections, 0);
    return { connections: sum / Math.max(1, lessons.length), lessons: lessons.length };
  }
}

/** What several nodes know of a type together: each counts as much as it has learned. */
export function pooled(all: Iterable<Known | undefined>): Known {
  let [sum, lessons] = [0, 0];
  for (const known of all) {
    if (!known) continue;
    sum += known.connections * known.lessons;
    lessons += known.lessons;
  }
  return { connections: sum / Math.max(1, lessons), lessons };
}

/** Connections that a room is expected to bring, by what is known of its type. */
export function expectation({ connections, lessons }: Known): number {
  return lessons === 0 ? FIRST_EXPECTED : Math.max(1, connections);
}

/** What is known of types whose names nobody has heard. */
export const UNKNOWN: Known = { connections: 0, lessons: 0 };
