import type { Clock } from "../clock/clock.ts";
import type { Cluster, NodeRecord } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import { Placement, type Wish } from "../placement/placement.ts";
import type { NamedWanted } from "./creation.ts";

/** Where a room type wants to be. */
export type Whereabouts = Pick<Wish, "region" | "label" | "isSpread">;

/** What places are chosen with. */
export interface PlacingParts {
  readonly clock: Clock;
  readonly cluster: Pick<Cluster, "nodes" | "reserve">;
  readonly whereaboutsOf: (name: string) => Whereabouts;
}

/** Chooses nodes by what they report, and notes on each what is about to come to it. */
export class Placing {
  readonly #parts: PlacingParts;
  readonly #placement: Placement;

  constructor(parts: PlacingParts) {
    this.#parts = parts;
    this.#placement = new Placement(parts.clock);
  }

  /** Boot of the node that is to make the room. @throws ArenaError NO_NODE_FREE, CLUSTER_UNAVAILABLE */
  async place({ name, roomId }: Pick<NamedWanted, "name" | "roomId">, except: ReadonlySet<string>): Promise<string> {
    const { cluster, whereaboutsOf } = this.#parts;
    const wish = { ...whereaboutsOf(name), id: roomId, name, except };
    const nodes = cluster.nodes().filter(({ role }) => role === "node");
    const { weight, order } = this.#placement.choose(wish, nodes);
    for (const bootId of order) if (await cluster.reserve(bootId, { id: roomId, weight })) return bootId;
    for (const bootId of this.#untold(wish, nodes))
      if (await cluster.reserve(bootId, { id: roomId, weight })) return bootId;
    throw new ArenaError("NO_NODE_FREE");
  }

  /** Where no node that has told its load will do, one that has just joined or is late is better than none. */
  #untold({ except, region, label }: Wish, nodes: readonly NodeRecord[]): readonly string[] {
    const fit = nodes.filter(
      (node) =>
        !(node.isDraining || except?.has(node.bootId)) &&
        (region === undefined || node.region === region) &&
        (label === undefined || node.labels.includes(label)),
    );
    const from = Math.floor(this.#parts.clock.random() * fit.length);
    return [...fit.slice(from), ...fit.slice(0, from)].map(({ bootId }) => bootId);
  }
}
