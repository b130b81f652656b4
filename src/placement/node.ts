import { type LoadReport, typeIn } from "./report.ts";

/** A node as the cluster tells of it. */
export interface NodeRecord {
  readonly bootId: string;
  readonly region: string;
  readonly version: string;
  readonly labels: readonly string[];
  /** How long ago it joined, in ms. */
  readonly ageMs: number;
  readonly isDraining: boolean;
  /** As {@link LoadReporter} made it. */
  readonly report: object | undefined;
  /** What was reserved on it and is not in its report. */
  readonly reservations: readonly { readonly id: string; readonly weight: Weight }[];
}

/** What a room brings: `connections`, and one room of its type. */
export type Weight = Readonly<Record<string, number>>;

/** What a room of a type brings that is expected to have so many connections. */
export function weightOf(name: string, connections: number): Weight {
  return { connections, [roomsOf(name)]: 1 };
}

/** Types have names of their own; none is taken for a resource. */
function roomsOf(name: string): string {
  return `room:${name}`;
}

/** A node that can be weighed: what it has, and what is on its way to it. */
export class Place {
  readonly node: NodeRecord;
  readonly report: LoadReport;
  readonly #coming = new Map<string, number>();

  /** @param report what its record tells */
  constructor(node: NodeRecord, report: LoadReport) {
    this.node = node;
    this.report = report;
    for (const { weight } of node.reservations) this.add(weight, 1);
  }

  /** A room is on its way (1), or does not come (-1). */
  add(weight: Weight, by: 1 | -1): void {
    for (const [key, amount] of Object.entries(weight)) this.#coming.set(key, this.#of(key) + by * amount);
  }

  /** Connections that are on their way. */
  get comingConnections(): number {
    return this.#of("connections");
  }

  /** Rooms of a type that it has or is about to have. */
  roomsOf(name: string): number {
    return (typeIn(this.report, name)?.rooms ?? 0) + this.#of(roomsOf(name));
  }

  #of(key: string): number {
    return this.#coming.get(key) ?? 0;
  }
}

/** Where a room may be. */
export interface Wish {
  /** Id of the room. */
  readonly id: string;
  /** Its type. */
  readonly name: string;
  readonly region?: string;
  /** Label that its node must have. */
  readonly label?: string;
  /** Version of the app that it needs. */
  readonly version?: string;
  /** Rooms of its type are to be on as many nodes as possible. */
  readonly isSpread?: boolean;
  /** Boots that have failed it. */
  readonly except?: ReadonlySet<string>;
}

/** Whether the node may have the room. */
export function mayHave(node: NodeRecord, { region, label, version, except }: Wish): boolean {
  if (node.isDraining || except?.has(node.bootId)) return false;
  if (region !== undefined && node.region !== region) return false;
  if (version !== undefined && node.version !== version) return false;
  return label === undefined || node.labels.includes(label);
}
