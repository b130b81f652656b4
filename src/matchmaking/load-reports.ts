import type { Clock, Stop } from "../clock/clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { knownBy, type Load, LoadReporter } from "../placement/placement.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** What reports are made of. */
export interface LoadReportsParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly cluster: Pick<Cluster, "setReport" | "nodes" | "identity">;
  /** Connections that this node takes. */
  readonly maxConnections: number;
  /** Shares of what this node has, but for connections. */
  readonly readings: () => Omit<Load, "connections">;
  /** What the node tells beside its load; undefined for nothing. */
  readonly drainProgress: () => object | undefined;
}

const URGENT_EVERY_MS = 200;

/** Tells the cluster once a second how loaded this node is, and sooner where much has changed. */
export function reportLoad({
  clock,
  telemetry,
  cluster,
  maxConnections,
  readings,
  drainProgress,
}: LoadReportsParts): Stop {
  const reporter = new LoadReporter({ clock, capacity: maxConnections, readings });
  const tell = (isUrgent: boolean): void => {
    const others = cluster.nodes().filter(({ bootId }) => bootId !== cluster.identity.bootId);
    const drain = drainProgress();
    cluster.setReport({ ...reporter.report(knownBy(others)), ...(drain && { drain }) }, isUrgent);
  };
  const stops = [
    telemetry.on("room:created", ({ roomId, name }) => reporter.opened(roomId, name)),
    telemetry.on("room:disposed", ({ roomId }) => reporter.closed(roomId)),
    telemetry.on("session:expected", ({ roomId, sessionId }) => reporter.expected(roomId, sessionId)),
    telemetry.on("session:joined", ({ roomId, sessionId }) => reporter.joined(roomId, sessionId)),
    telemetry.on("session:left", ({ roomId }) => reporter.left(roomId)),
    telemetry.on("node:loadMeasured", () => tell(reporter.isUrgent)),
    clock.every(URGENT_EVERY_MS, () => {
      if (reporter.isUrgent) tell(true);
    }),
  ];
  tell(true);
  return () => {
    for (const stop of stops) stop();
  };
}
