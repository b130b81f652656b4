import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Telemetry } from "./telemetry.ts";

const FROZEN_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5];
const S_PER_MS = 0.001;

/** Counts rooms that move to other nodes. */
export function measureMoves(telemetry: Telemetry, registers: Registry[]): void {
  const moves = new Counter({
    name: "arena_room_moves_total",
    help: "Rooms that were to move to another node, by what came of it.",
    labelNames: ["name", "outcome"],
    registers,
  });
  const frozen = new Histogram({
    name: "arena_room_move_frozen_seconds",
    help: "Time in which a room that moved stood still.",
    buckets: FROZEN_BUCKETS_S,
    registers,
  });
  const left = new Gauge({
    name: "arena_drain_rooms_left",
    help: "Rooms that are still here on a node that is being emptied; 0 on any other.",
    registers,
  });
  telemetry.on("node:drainProgressed", (progress) => left.set(progress.left));
  telemetry.on("room:moved", ({ name, outcome, frozenMs }) => {
    moves.inc({ name, outcome });
    if (outcome === "moved") frozen.observe(frozenMs * S_PER_MS);
  });
}
