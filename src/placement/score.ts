import { RESOURCES, type Resource } from "./load.ts";
import type { Place } from "./node.ts";

/** A node that is new gets its share only by and by: it looks as loaded as the others, less with each second. */
const WARM_UP_MS = 60_000;

/** While less than this is used of what cannot be counted, it limits nothing, and its readings are noise. */
const KNEE = 0.5;

/** Tells how full each of some places would be with a room. */
export class Scale {
  readonly #places: readonly Place[];
  readonly #connections: number;
  readonly #means = new Map<Resource, number>();

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
    const share = this.#shareOf(place, resource);
    if (resource === "connections") return share + this.#connections / place.report.capacity;
    return Math.max(0, (share - KNEE) / (1 - KNEE));
  }

  #shareOf(place: Place, resource: Resource): number {
    const { ageMs } = place.node;
    const share = shareOf(place, resource);
    return ageMs >= WARM_UP_MS ? share : Math.max(share, this.#meanOf(resource) * (1 - ageMs / WARM_UP_MS));
  }

  #meanOf(resource: Resource): number {
    const known = this.#means.get(resource);
    if (known !== undefined) return known;
    const mean = this.#places.reduce((sum, place) => sum + shareOf(place, resource), 0) / this.#places.length;
    this.#means.set(resource, mean);
    return mean;
  }
}

function shareOf({ report, reserved }: Place, resource: Resource): number {
  return resource === "connections" ? (report.load.connections + reserved) / report.capacity : report.load[resource];
}
