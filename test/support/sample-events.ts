import type { Telemetry, TelemetryEvent, TelemetryEvents } from "../../src/telemetry/telemetry.ts";

const room = { roomId: "r1", name: "arena" };
const session = { ...room, sessionId: "s1" };

/** One occurrence of every event, as modules emit it. */
export const SAMPLE_EVENTS: TelemetryEvents = {
  "node:started": { nodeId: "n1", port: 2567, pid: 1 },
  "node:draining": { reason: "SIGTERM" },
  "node:stopped": { reason: "SIGTERM" },
  "node:stalled": { stallMs: 1500 },
  "arrivals:measured": { waiting: 3, perSecond: 1200 },
  "node:loadMeasured": { level: "normal", loopDelayMs: 1, tickLatenessMs: 2, queuedBytes: 300 },
  "node:loadChanged": { level: "strained", loopDelayMs: 120, tickLatenessMs: 60, queuedBytes: 3000 },
  "node:failed": { error: new Error("broken"), isFatal: false },
  "colyseus:logged": { level: "error", text: "words" },
  "http:answered": { method: "GET", route: "/healthz", status: 200, durationMs: 2 },
  "matchmaking:answered": { method: "join", code: "ROOM_FULL", durationMs: 2 },
  "token:revoked": { kind: "user", revocations: 1 },
  "keys:failed": { error: new Error("unreachable") },
  "connection:opened": { connections: 3 },
  "connection:closed": { code: 1006, sessionId: "s1", connections: 2, durationMs: 5000 },
  "connection:failed": { sessionId: "s1", error: new Error("reset") },
  "traffic:counted": { framesIn: 5, bytesIn: 50, bytesOut: 700, framesOut: { patch: 6, message: 1 } },
  "room:created": room,
  "room:disposed": room,
  "room:failed": { ...room, hook: "onJoin", error: new Error("broken"), isFatal: false },
  "tick:ran": { name: "arena", durationMs: 3, latenessMs: 1.5 },
  "tick:skipped": { ...room, ticks: 4 },
  "log:storeOpened": { description: "LMDB in .arena/documents", isDurable: true, sentence: "On disk." },
  "redis:connected": { host: "127.0.0.1:6379" },
  "redis:disconnected": { host: "127.0.0.1:6379", error: new Error("gone") },
  "log:opened": { key: "whiteboard/plans", seq: 7, sizeBytes: 900, epoch: 1, durationMs: 4 },
  "log:givenBack": { key: "whiteboard/plans", entries: 12 },
  "log:cut": { key: "whiteboard/plans", from: 7 },
  "log:contradicted": { key: "whiteboard/plans", lastSeq: 9, seq: 7 },
  "log:appended": { entries: 3, bytes: 400, durationMs: 2 },
  "log:compacted": { key: "whiteboard/plans", seq: 7, bytes: 900 },
  "log:failed": { key: "whiteboard/plans", action: "append", error: new Error("disk full"), times: 1 },
  "image:kept": { type: "image/png", bytes: 5000, isNew: true, durationMs: 3 },
  "image:served": { bytes: 5000 },
  "images:failed": { action: "put", error: new Error("disk full"), times: 1 },
  "secret:notKept": { file: ".arena/token-secret", error: new Error("read-only") },
  "secret:exposed": { file: ".arena/token-secret" },
  "patch:skipped": { name: "arena" },
  "cluster:unconfirmed": { error: new Error("gone") },
  "cluster:lease": { state: "fenced" },
  "cluster:outage": { state: "shared" },
  "cluster:leaseLost": { processes: 3 },
  "cluster:replaced": { holder: "b2" },
  "cluster:nodeGone": { name: "n2", bootId: "b2" },
  "forward:opened": { forwarded: 1 },
  "forward:closed": { forwarded: 0 },
  "forward:failed": { stage: "flow", bootId: "b2", error: new Error("gone"), times: 3 },
  "listing:notWritten": { roomId: "r1", error: new Error("gone") },
  "people:failed": { error: new Error("away") },
  "presence:storeFailed": { action: "write", error: new Error("away") },
  "presence:failed": { action: "publish", error: new Error("gone") },
  "room:notReleased": { roomId: "r1", error: new Error("gone") },
  "session:expected": session,
  "session:joined": session,
  "session:dropped": { ...session, code: 1006 },
  "session:resumed": session,
  "session:left": session,
  "checkpoint:kept": { roomId: "r1", name: "arena", bytes: 2048, captureMs: 0.3, durationMs: 4 },
  "checkpoint:tooLarge": { roomId: "r1", name: "arena", bytes: 5_000_000, maxBytes: 4_194_304 },
  "checkpoint:failed": { name: "arena", action: "write", error: new Error("disk full"), times: 3 },
  "room:restored": { roomId: "r1", name: "arena", sessions: 2, bytes: 2048, ageMs: 900, durationMs: 6 },
  "room:notRestored": { roomId: "r1", name: "arena", error: new Error("another version") },
  "error:refused": { code: "MESSAGE_INVALID", where: "room", detail: "no number", sessionId: "s1" },
};

/** Emits every sample; returns the names of their events. */
export function emitSamples(telemetry: Telemetry): readonly TelemetryEvent[] {
  const names = Object.keys(SAMPLE_EVENTS) as TelemetryEvent[]; // Object.keys forgets the keys' type
  for (const name of names) telemetry.emit(name, SAMPLE_EVENTS[name]);
  return names;
}
