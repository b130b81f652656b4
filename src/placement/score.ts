import { RESOURCES, type Resource } from "./load.ts";
import type { Place } from "./node.ts";

/** While less than this is used of what cannot be counted, it limits nothing, and its readings are noise. */
const KNEE = 0.5;
/** Nor does so much more than the others use: where all are busy, as on one small machine, the busier of them is so by chance. */
const MARGIN = 0.2;
/** What is above counts in full from so much more on. */
const RANGE = 0.3;
/** With fewer connections than these, what a node uses is not because of them. */
const MIN_CONNECTIONS = 50;
/** A reading foretells no more than such a multiple of itself. */
const MAX_GROWTH = 2;

/** Tells how full each of some places would be with a room. */
export class Scale {
  readonly #places: readonly Place[];
  readonly #connections: number;
  readonly #knees = new Map<Resource, number>();

  /** @param connections what the room is expected to bring */
  constructor(places: readonly Place[], connections: number) {
    this.#places = places;
    this.#connections = connections;
  }

  /**
   * How full the place would be: of the resource that it would have least of. A full network card does not hide behind idle memory;
   * as long as nothing else runs short, connections decide.
   */
  scoreOf(place: Place): number {
    return Math.max(...RESOURCES.map((resource) => this.#pressureOf(place, resource)));
  }

  #pressureOf(place: Place, resource: Resource): number {
    const { load, capacity } = place.report;
    if (resource === "connections") return (load.connections + place.comingConnections + this.#connections) / capacity;
    const share = foretold(place, resource, this.#connections);
    if (share <= KNEE) return 0;
    return Math.max(0, (share - this.#kneeOf(resource)) / RANGE);
  }

  #kneeOf(resource: Resource): number {
    const known = this.#knees.get(resource);
    if (known !== undefined) return known;
    const sum = this.#places.reduce((total, place) => total + foretold(place, resource, this.#connections), 0);
    const knee = Math.max(KNEE, sum / this.#places.length + MARGIN);
    this.#knees.set(resource, knee);
    return knee;
  }
}

/** What is used grows as the connections do: a reading tells nothing of what has been placed since. */
function foretold({ report: { load }, comingConnections }: Place, resource: Resource, more: number): number {
  const growth = 1 + (comingConnections + more) / Math.max(load.connections, MIN_CONNECTIONS);
  return load[resource] * Math.min(MAX_GROWTH, growth);
}
