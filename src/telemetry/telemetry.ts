/**
 * telemetry: the typed events that modules emit. Sinks turn them into logs and metrics.
 *
 * Modules state facts and know no logger and no metrics library. A listener that throws is cut off and reported
 * once: watching a room must never harm it. docs/OPERATIONS.md lists every event; a test compares the two.
 */
import type { ErrorCode } from "../errors/errors.ts";
import type { FrameKind } from "../protocol/protocol.ts";

/** Every event with what it carries. Times in ms, sizes in bytes. */
export interface TelemetryEvents {
  /** The node serves. */
  "node:started": { nodeId: string; port: number; pid: number };
  /** The node was asked to end; it takes no new players. */
  "node:draining": { reason: string };
  /** The node is being emptied: of its `rooms` so many have moved or ended, so many are left, some of which cannot move. */
  "node:drainProgressed": {
    rooms: number;
    moved: number;
    ended: number;
    left: number;
    pinned: number;
    leftMs: number;
    isOver: boolean;
  };
  /** The node is as empty as it gets; `isLast`: its process ends now. */
  "node:drained": {
    rooms: number;
    moved: number;
    ended: number;
    left: number;
    durationMs: number;
    isLast: boolean;
  };
  /** The node has ended all its rooms. */
  "node:stopped": { reason: string };
  /** The process stood still for longer than a moment: a long tick, a paused machine. Deadlines were moved by as much. */
  "node:stalled": { stallMs: number };
  /** Clients come in; told once a second meanwhile: how many wait before the door, and how many may come in a second. */
  "arrivals:measured": { waiting: number; perSecond: number };
  /** How loaded the node is, once a second: means of this second, and what waits for all connections. */
  "node:loadMeasured": { level: LoadLevel; loopDelayMs: number; tickLatenessMs: number; queuedBytes: number };
  /** The node is more or less loaded than before: strained, its rooms send fewer patches; overloaded, nobody new comes in. */
  "node:loadChanged": { level: LoadLevel; loopDelayMs: number; tickLatenessMs: number; queuedBytes: number };
  /** An error reached the process and belongs to no room; the process goes on unless `isFatal`. */
  "node:failed": { error: unknown; isFatal: boolean };

  /** Colyseus said something of its own. */
  "colyseus:logged": { level: "debug" | "info" | "warn" | "error"; text: string };
  /** A request was answered. `route` is the pattern, never the raw address. */
  "http:answered": { method: string; route: string; status: number; durationMs: number };
  /** A matchmaking call was granted a seat or refused (`code`). */
  "matchmaking:answered": { method: string; code: ErrorCode | "ok"; durationMs: number };

  /** A user or a token was revoked; `revocations` are in force now. */
  "token:revoked": { kind: "user" | "token"; revocations: number };
  /** The keys that tokens are checked with could not be had from their server. */
  "keys:failed": { error: unknown };

  /** A socket was accepted. */
  "connection:opened": { connections: number };
  /** A socket ended. `code` is its close code (1006: without one). */
  "connection:closed": { code: number; sessionId: string; connections: number; durationMs: number };
  /** A socket reported an error (it closes by itself). */
  "connection:failed": { sessionId: string; error: unknown };
  /** What passed all sockets since the last such event, once a second. */
  "traffic:counted": { framesIn: number; bytesIn: number; bytesOut: number; framesOut: FrameCounts };

  /** A room began. */
  "room:created": { roomId: string; name: string };
  /** A room ended. */
  "room:disposed": { roomId: string; name: string };
  /** A renewal of this process' lease was not confirmed. */
  "cluster:unconfirmed": { error: Error };
  /** From now on this process may not act for its rooms, or may again. */
  "cluster:lease": { state: "fenced" | "held" };
  /** The store is away for all processes, so that this one goes on without it, or that is over. */
  "cluster:outage": { state: "shared" | "over" };
  /** The lease had run out: for each room it is asked whose it is. */
  "cluster:leaseLost": { processes: number };
  /** Another process has this one's name: this one is out. */
  "cluster:replaced": { holder: string };
  /** Another process has ended, or has not renewed its lease. */
  "cluster:nodeGone": { name: string; bootId: string };
  /** A client is passed on to the process that has its room; `forwarded` are at present. */
  "forward:opened": { forwarded: number };
  /** A client that was passed on is gone, or its owner is. */
  "forward:closed": { forwarded: number };
  /** Clients could not be passed on, or lost the owner of their room, `times` since the last such event; they were told to come back. */
  "forward:failed": { stage: ForwardStage; bootId: string; error: Error; times: number };
  /** A change of a room's listing could not be written; it is tried again every second. */
  "listing:notWritten": { roomId: string; error: unknown };
  /** A message or value of Colyseus' own did not reach Redis. */
  "presence:failed": { action: string; error: unknown };
  /** Who is online could not be written or read; it is tried again. */
  "presence:storeFailed": { action: "write" | "read" | "sweep" | "connect"; error: unknown };
  /** Somebody could not be told of an invitation or a party, or the store of parties is away; what was missed ends or is seen later. */
  "people:failed": { error: unknown };
  /** A room that has ended could not be given up in Redis: its place is free when this node's lease ends. */
  "room:notReleased": { roomId: string; error: unknown };
  /** A room was to move to another node: it did, it stayed, or somebody else has it by now. It stood still for `frozenMs`; `error` is why it stayed. */
  "room:moved": {
    roomId: string;
    name: string;
    to: string;
    outcome: "moved" | "stayed" | "lost";
    durationMs: number;
    frozenMs: number;
    error: Error | undefined;
  };
  /** A hook, handler, timer or tick of a room threw; the room goes on unless `isFatal`. */
  "room:failed": { roomId: string; name: string; hook: string; error: unknown; isFatal: boolean };
  /** A room's tick ran. Lateness is how long after its due time it began. */
  "tick:ran": { name: string; durationMs: number; latenessMs: number };
  /** A room was behind by more than it may catch up and let go of the rest. */
  "tick:skipped": { roomId: string; name: string; ticks: number };

  /** How a room was is kept. Of the duration, the room itself stood still for `captureMs`. */
  "checkpoint:kept": { roomId: string; name: string; bytes: number; captureMs: number; durationMs: number };
  /** A room is too large to be kept, and goes on without: it ends with the process. */
  "checkpoint:tooLarge": { roomId: string; name: string; bytes: number; maxBytes: number };
  /** Rooms could not be kept, or their checkpoint not be read or forgotten, `times` since the last such event; it is tried again. */
  "checkpoint:failed": { name: string; action: CheckpointAction; error: unknown; times: number };
  /** A room goes on as it was kept `ageMs` ago, with its sessions, who may come back. */
  "room:restored": { roomId: string; name: string; sessions: number; bytes: number; ageMs: number; durationMs: number };
  /** A room could not go on as it was kept: what is kept is of another version of it, or damaged. It begins anew. */
  "room:notRestored": { roomId: string; name: string; error: unknown };
  /** A room of a process that is gone goes on elsewhere, `sinceMs` after this process found that one gone. */
  "failover:restarted": { roomId: string; name: string; sinceMs: number };
  /** What a process left that is gone could not be read, or some of its rooms not be restarted yet; that is tried again. */
  "failover:delayed": { bootId: string; rooms: number; error: unknown };
  /** This process is done with the rooms of one that is gone: of some it sees no way that they go on. */
  "failover:ended": { bootId: string; restarted: number; lost: number; durationMs: number };

  /** Where documents are kept, and whether what is acknowledged there outlives a crash of that place. */
  "log:storeOpened": { description: string; isDurable: boolean; sentence: string };
  /** Redis answers: at the start, or again after it was gone. */
  "redis:connected": { host: string };
  /** Redis is gone; the connection is made anew until it is back. */
  "redis:disconnected": { host: string; error: unknown };
  /** The log of a document was opened and replayed up to `seq`. */
  "log:opened": { key: string; seq: number; sizeBytes: number; epoch: number; durationMs: number };
  /** A store had lost entries of a document that is here, and was given them back. */
  "log:givenBack": { key: string; entries: number };
  /** A last batch that was never written to its end, and so never acknowledged, was cut off a log at this entry. */
  "log:cut": { key: string; from: number };
  /** Entries of a log became safe. */
  "log:appended": { entries: number; bytes: number; durationMs: number };
  /** A snapshot took the place of the entries before it. */
  "log:compacted": { key: string; seq: number; bytes: number };
  /** A client knows more entries than the log has: data was put back without --restored, or was lost, or the client lies. */
  "log:contradicted": { key: string; lastSeq: number; seq: number };
  /** A log could not be opened, appended to or compacted, or some of its history not be read, `times` since the last such event; what it was to keep was refused, nothing that was acknowledged is lost. */
  "log:failed": { key: string; action: "open" | "append" | "compact" | "history"; error: unknown; times: number };

  /** An image that somebody brought is safe; `isNew` unless the same content was kept already. */
  "image:kept": { type: string; bytes: number; isNew: boolean; durationMs: number };
  /** An image was sent to somebody. */
  "image:served": { bytes: number };
  /** An image could not be kept or read, `times` since the last such event. */
  "images:failed": { action: "put" | "read"; error: unknown; times: number };

  /** The secret that signs guests' tokens and grants cannot be kept: they end with the process. */
  "secret:notKept": { file: string; error: unknown };
  /** The file with that secret could be read by others. It is closed to them now, but one of them may know the secret. */
  "secret:exposed": { file: string };

  /** A room left out a patch because the node is strained; the next one carries its changes. */
  "patch:skipped": { name: string };

  /** A seat was reserved for a session that is to come. */
  "session:expected": { roomId: string; name: string; sessionId: string };
  /** A session took its seat. */
  "session:joined": { roomId: string; name: string; sessionId: string };
  /** A session lost its connection and may come back. */
  "session:dropped": { roomId: string; name: string; sessionId: string; code: number };
  /** A session came back. */
  "session:resumed": { roomId: string; name: string; sessionId: string };
  /** A session gave up its seat. */
  "session:left": { roomId: string; name: string; sessionId: string };

  /** Something that a client sent was refused and changed nothing. */
  "error:refused": { code: ErrorCode; where: RefusalPlace; detail: string; sessionId?: string };
}

/** What was refused: a request, a socket that was to be opened, what came over a socket, what a room was asked. */
export type RefusalPlace = "http" | "upgrade" | "socket" | "room";

/** What was to be done with a checkpoint. */
export type CheckpointAction = "capture" | "write" | "read" | "forget";

/** Where a forward failed: asking who has the room, asking the owner to take the client, after that. */
export type ForwardStage = "lookup" | "ask" | "flow";

/** How loaded a node can be, least first. */
export const LOAD_LEVELS = ["normal", "strained", "overloaded"] as const;

/** How loaded a node is. */
export type LoadLevel = (typeof LOAD_LEVELS)[number];

/** What the load is judged by. */
export type LoadReading = Omit<TelemetryEvents["node:loadMeasured"], "level">;

/** How many frames of each kind. */
export type FrameCounts = Readonly<Partial<Record<FrameKind, number>>>;

/** Name of an event. */
export type TelemetryEvent = keyof TelemetryEvents;

type Listener<E extends TelemetryEvent> = (event: TelemetryEvents[E]) => void;

/** Where events are emitted and listened to. */
export interface Telemetry {
  /** States a fact. Listeners run at once, in the order in which they came. Never throws. */
  emit<E extends TelemetryEvent>(name: E, event: TelemetryEvents[E]): void;
  /** Listens to one event; returns what ends the listening. */
  on<E extends TelemetryEvent>(name: E, listener: Listener<E>): () => void;
}

/** One listener of one event; it hears nothing more once it is off. */
interface Listening {
  readonly listener: Listener<never>;
  isOn: boolean;
}

/** A new, silent Telemetry. */
export function createTelemetry(): Telemetry {
  const listenings = new Map<TelemetryEvent, readonly Listening[]>();

  // The array is replaced, never changed, so that an emit under way goes on with the one it began with.
  const end = (name: TelemetryEvent, listening: Listening): void => {
    listening.isOn = false;
    listenings.set(
      name,
      (listenings.get(name) ?? []).filter((other) => other !== listening),
    );
  };

  const emit: Telemetry["emit"] = (name, event) => {
    for (const listening of listenings.get(name) ?? []) {
      if (listening.isOn) tell(listening, name, event);
    }
  };

  const tell = <E extends TelemetryEvent>(listening: Listening, name: E, event: TelemetryEvents[E]): void => {
    try {
      (listening.listener as Listener<E>)(event); // `on` put it under the name of its event
    } catch (error) {
      end(name, listening);
      if (name !== "node:failed") emit("node:failed", { error, isFatal: false });
    }
  };

  return {
    emit,
    on(name, listener) {
      const listening: Listening = { listener, isOn: true };
      listenings.set(name, [...(listenings.get(name) ?? []), listening]);
      return () => end(name, listening);
    },
  };
}
