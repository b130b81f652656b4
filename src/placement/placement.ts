/**
 * placement: which node gets a room.
 *
 * Pure: told what the nodes report and what is reserved on them, it answers with the order in which to try them. Owns what a node
 * reports, how load is weighed, and what a room is expected to bring. It refuses to ask anybody anything. Keeps PLC1 to PLC4.
 */
import type { Clock } from "../clock/clock.ts";
import { choose } from "./choose.ts";
import { expectation } from "./experience.ts";
import { type NodeRecord, type Place, placeOf, type Weight, type Wish, weightOf } from "./node.ts";
import { type LoadReport, readReport, typeIn } from "./report.ts";

export type { Load } from "./load.ts";
export type { NodeRecord, Weight, Wish } from "./node.ts";
export { LoadReporter } from "./reporter.ts";

/** Where a room may go. */
export interface Choice {
  /** What is to be reserved for it, wherever it goes. */
  readonly weight: Weight;
  /** Boots of nodes in the order in which to ask them, each found when it is asked for. */
  readonly order: Iterable<string>;
}

/** What is older says nothing of now. */
const MAX_REPORT_AGE_MS = 3000;

/** Chooses nodes for rooms. There is one in each process, since it knows how old reports are from having seen them come. */
export class Placement {
  readonly #clock: Pick<Clock, "nowMs" | "random">;
  /** Number of each node's last report, and when it was first seen. */
  #seen: ReadonlyMap<string, { readonly seq: number; readonly sinceMs: number }> = new Map();

  constructor(clock: Pick<Clock, "nowMs" | "random">) {
    this.#clock = clock;
  }

  /**
   * Nodes that may have the room. What they report of 3 s ago and more does not count.
   *
   * @param nodes all that live, each with its last report and what is reserved on it
   */
  choose(wish: Wish, nodes: readonly NodeRecord[]): Choice {
    this.#look(nodes);
    const places = nodes.flatMap((node) => (this.#isFresh(node) ? (placeOf(node, wish) ?? []) : []));
    const connections = expectation(reportsOf(nodes).map((report) => typeIn(report, wish.name)));
    const order = choose(wish, { places, connections }, () => this.#clock.random());
    return { weight: weightOf(wish.name, connections), order: bootsOf(order) };
  }

  #look(nodes: readonly NodeRecord[]): void {
    const nowMs = this.#clock.nowMs();
    const seen = nodes.map(({ bootId, report }) => {
      const [seq, before] = [readReport(report)?.seq ?? 0, this.#seen.get(bootId)];
      return [bootId, before?.seq === seq ? before : { seq, sinceMs: nowMs }] as const;
    });
    this.#seen = new Map(seen);
  }

  #isFresh({ bootId }: NodeRecord): boolean {
    const { sinceMs = Number.NEGATIVE_INFINITY } = this.#seen.get(bootId) ?? {};
    return this.#clock.nowMs() - sinceMs <= MAX_REPORT_AGE_MS;
  }
}

/** What nodes have told, as far as it makes sense. */
export function reportsOf(nodes: readonly NodeRecord[]): readonly LoadReport[] {
  return nodes.flatMap(({ report }) => readReport(report) ?? []);
}

function* bootsOf(places: Iterable<Place>): Generator<string, void, void> {
  for (const { node } of places) yield node.bootId;
}
