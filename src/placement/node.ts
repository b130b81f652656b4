import { type LoadReport, readReport, typeIn } from "./report.ts";

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
  readonly reservations: readonly { readonly weight: Weight }[];
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
export interface Place {
  readonly node: NodeRecord;
  readonly report: LoadReport;
  /** Connections that are on their way. */
  readonly reserved: number;
}

/** Where a room may be. */
export interface Wish {
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

/** The place that a node is for the room; undefined where it must not have it, or has told nothing. */
export function placeOf(node: NodeRecord, { region, label, version, except }: Wish): Place | undefined {
  if (node.isDraining || except?.has(node.bootId)) return undefined;
  if (region !== undefined && node.region !== region) return undefined;
  if (version !== undefined && node.version !== version) return undefined;
  if (label !== undefined && !node.labels.includes(label)) return undefined;
  const report = readReport(node.report);
  return report && { node, report, reserved: sumOf(node, "connections") };
}

/** Rooms of a type that a node has or is about to have. */
export function roomsOn({ node, report }: Place, name: string): number {
  return (typeIn(report, name)?.rooms ?? 0) + sumOf(node, roomsOf(name));
}

function sumOf({ reservations }: NodeRecord, key: string): number {
  let sum = 0;
  for (const { weight } of reservations) sum += weight[key] ?? 0;
  return sum;
}
