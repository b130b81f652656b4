import { expectation, type Known, pooled } from "./experience.ts";
import { type NodeRecord, Place } from "./node.ts";
import { readReport, typeIn } from "./report.ts";

/** What is older says nothing of now. */
const MAX_REPORT_AGE_MS = 3000;

/** Number of a node's last report, and when it was first seen. */
interface Seen {
  readonly seq: number;
  readonly sinceMs: number;
}

/** The nodes as they were seen last, made ready for many choices. */
export class View {
  static readonly none = new View([], undefined, 0);
  /** Nodes that have told something not long ago. */
  readonly places: readonly Place[];
  readonly #nodes: readonly NodeRecord[];
  readonly #knownOf: (name: string) => Known;
  readonly #seen: ReadonlyMap<string, Seen>;
  /** A report becomes too old. */
  readonly #endsMs: number;

  constructor(nodes: readonly NodeRecord[], before: View | undefined, nowMs: number) {
    const seen = before ? before.#seen : new Map<string, Seen>();
    this.#nodes = nodes;
    const told = nodes.map((node) => [node, readReport(node.report)] as const);
    this.#seen = new Map(
      told.map(([{ bootId }, report]) => {
        const [seq, known] = [report?.seq ?? 0, seen.get(bootId)];
        return [bootId, known?.seq === seq ? known : { seq, sinceMs: nowMs }];
      }),
    );
    this.#knownOf = knownBy(nodes);
    const ends = (node: NodeRecord): number => (this.#seen.get(node.bootId)?.sinceMs ?? 0) + MAX_REPORT_AGE_MS;
    this.places = told.flatMap(([node, report]) => (report && ends(node) >= nowMs ? new Place(node, report) : []));
    this.#endsMs = this.places.reduce((ms, { node }) => Math.min(ms, ends(node)), Number.POSITIVE_INFINITY);
  }

  /** Whether it still shows these nodes. */
  isOf(nodes: readonly NodeRecord[], nowMs: number): boolean {
    if (nowMs > this.#endsMs || nodes.length !== this.#nodes.length) return false;
    return nodes.every((node, index) => node === this.#nodes[index]);
  }

  /** Connections that a room of a type is expected to bring. */
  expectationOf(name: string): number {
    return expectation(this.#knownOf(name));
  }
}

/** What nodes have told of each room type, together. */
export function knownBy(nodes: Iterable<Pick<NodeRecord, "report">>): (name: string) => Known {
  const reports = Array.from(nodes, ({ report }) => readReport(report));
  const byName = new Map<string, Known>();
  return (name) => {
    const known = byName.get(name) ?? pooled(reports.map((report) => report && typeIn(report, name)));
    byName.set(name, known);
    return known;
  };
}
