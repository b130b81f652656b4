/**
 * placement: which node gets a room.
 *
 * Pure: told what the nodes report and what is reserved on them, it answers with the order in which to try them. Owns what a node
 * reports, how load is weighed, and what a room is expected to bring. It refuses to ask anybody anything. Keeps PLC1 to PLC3.
 */
import type { Clock } from "../clock/clock.ts";
import { choose } from "./choose.ts";
import { InFlight, type SentRoom } from "./in-flight.ts";
import { mayHave, type NodeRecord, type Place, type Weight, type Wish, weightOf } from "./node.ts";
import { View } from "./view.ts";

export type { Load } from "./load.ts";
export type { NodeRecord, Weight, Wish } from "./node.ts";
export { readReport } from "./report.ts";
export { LoadReporter } from "./reporter.ts";
export { knownBy } from "./view.ts";

/** Where a room may go. */
export interface Choice {
  /** What is to be reserved for it, wherever it goes. */
  readonly weight: Weight;
  /** Boots of nodes in the order in which to ask them, each found when it is asked for. Who asks for no other has sent the room to the last one. */
  readonly order: Iterable<string>;
}

/** Chooses nodes for rooms. There is one in each process, since it knows how old reports are from having seen them come, and what it has sent. */
export class Placement {
  readonly #clock: Pick<Clock, "nowMs" | "random">;
  readonly #inFlight = new InFlight();
  #view = View.none;

  constructor(clock: Pick<Clock, "nowMs" | "random">) {
    this.#clock = clock;
  }

  /**
   * Nodes that may have the room. What they report of 3 s ago and more does not count.
   *
   * @param nodes all that live, each with its last report and what is reserved on it
   */
  choose(wish: Wish, nodes: readonly NodeRecord[]): Choice {
    const nowMs = this.#clock.nowMs();
    const view = this.#see(nodes, nowMs);
    const places = view.places.filter(({ node }) => mayHave(node, wish));
    const connections = view.expectationOf(wish.name);
    const weight = weightOf(wish.name, connections);
    const order = choose(wish, { places, connections }, () => this.#clock.random());
    return { weight, order: this.#send({ id: wish.id, weight, sentMs: nowMs }, order) };
  }

  #see(nodes: readonly NodeRecord[], nowMs: number): View {
    if (this.#view.isOf(nodes, nowMs)) return this.#view;
    this.#view = new View(nodes, this.#view, nowMs);
    this.#inFlight.addTo(this.#view.places, nowMs);
    return this.#view;
  }

  /** Whoever is asked has the room on its way, until another is. */
  *#send(room: SentRoom, places: Iterable<Place>): Generator<string, void, void> {
    for (const place of places) {
      const { bootId } = place.node;
      this.#inFlight.add(bootId, room);
      place.add(room.weight, 1);
      yield bootId;
      this.#inFlight.remove(bootId, room);
      place.add(room.weight, -1);
    }
  }
}
