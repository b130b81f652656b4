import type { ClusterStatus, ListedNode } from "./admin.ts";

const HEADER = ["NODE", "ROLE", "VERSION", "ROOMS", "CONNECTIONS", "LOOP", "STATE"];

const OUTDATED = "The process that was asked is cut off from the cluster: this is how it was last seen.";

/** The processes of a cluster, a line each: how much each has, and how far it is emptied. */
export function statusTable({ nodes, isCurrent }: ClusterStatus): string {
  const sorted = nodes.toSorted((one, other) => rank(one).localeCompare(rank(other)));
  const rows = [HEADER, ...sorted.map(rowOf)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...(isCurrent ? [] : [OUTDATED]), ...lines].join("\n");
}

/** Edges come last. */
function rank({ role, nodeId }: ListedNode): string {
  return `${role === "edge" ? 1 : 0}${nodeId}`;
}

function rowOf(node: ListedNode): string[] {
  const { nodeId, role, version, load, expected = {} } = node;
  const rooms = Object.values(expected).reduce((sum, type) => sum + type.rooms, 0);
  const own = load
    ? [String(rooms), String(Math.round(load.connections)), `${Math.round(load.loop * 100)} %`]
    : ["-", "-", "-"];
  return [nodeId, role, version, ...own, stateOf(node)];
}

function stateOf({ isDraining, drain }: ListedNode): string {
  if (!isDraining) return "ready";
  if (!drain) return "draining";
  return `${drain.isOver ? "drained" : "draining"}: ${drain.moved} of ${drain.rooms} moved, ${drain.left} left`;
}
