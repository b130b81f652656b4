/**
 * Sockets whose room is in another process: who has it is looked up, a line to it is opened, and bytes are passed on (`forward.ts`).
 * Nothing is sent to a client before its owner has answered, so that it can still be told here why not. Keeps FWD1 to FWD6.
 */
import type { IncomingMessage } from "node:http";
import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError, toArenaError } from "../errors/errors.ts";
import type { ForwardStage, Telemetry } from "../telemetry/telemetry.ts";
import type { AnswerHead } from "./answer-head.ts";
import { Forward, type ForwardParts, type Owner, type Traveller } from "./forward.ts";
import { Liveness } from "./liveness.ts";
import type { FindOwner } from "./owner-finder.ts";

/** What sockets are forwarded with. */
export interface ForwarderParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The other process that has a room; undefined where none has, or this one. @throws ArenaError where it may have an owner soon */
  readonly ownerOf: FindOwner;
  /** What was known of a room's owner is wrong. */
  readonly forget: (roomId: string) => void;
  /** Name and value of the header that tells the owner who comes, and for what. */
  readonly passage: (owner: Owner, target: string, address: string) => readonly [name: string, value: string];
  /** Time between two pings of an owner to its clients. */
  readonly heartbeatMs: number;
}

/** A client and where it wants to go. */
export interface Passenger extends Traveller {
  readonly roomId: string;
  /** Boot of the process that had the room when the client got its seat. */
  readonly lastKnown: string;
}

/** An owner that has sent nothing in this time, no ping either, is dead, frozen or cut off. */
const SILENT_HEARTBEATS = 2;
const SILENCE_MARGIN_MS = 1000;
/** Failures are told together, so that the end of a process that had thousands of clients is one line in the log. */
const REPORT_MS = 1000;
/** Answers of a process that does not have the room any more (ROOM_NOT_HERE), or is another one by now (FORWARD_FORGED). */
const NOT_THE_OWNER: ReadonlySet<number> = new Set([403, 421]);
/** Headers by which a client could pretend to be one of the cluster. */
const RESERVED = /^x-arena-/i;

/** Passes sockets on to the processes that have their rooms. */
export class Forwarder {
  readonly #parts: ForwarderParts;
  readonly #forwardParts: Omit<ForwardParts, "onLost">;
  readonly #liveness: Liveness;
  /** Asking and flowing. */
  readonly #forwards = new Set<Forward>();
  readonly #failures = new Map<ForwardStage, { bootId: string; error: ArenaError; times: number }>();
  readonly #stopReports: Stop;
  #flowing = 0;
  #isClosed = false;

  constructor(parts: ForwarderParts) {
    const { clock, heartbeatMs } = parts;
    this.#parts = parts;
    const silenceMs = SILENT_HEARTBEATS * heartbeatMs + SILENCE_MARGIN_MS;
    this.#forwardParts = { clock, silenceMs };
    this.#liveness = new Liveness({ clock, heartbeatMs, onStall: () => {} }); // the transport's tells of it
    this.#stopReports = clock.every(REPORT_MS, () => this.#report());
  }

  /** Sockets that are being passed on. */
  get count(): number {
    return this.#flowing;
  }

  /** Bytes that wait here, for clients and for owners. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const forward of this.#forwards) bytes += forward.waitingBytes;
    return bytes;
  }

  /**
   * Leads a client to the owner of its room. False where no other process has the room, or may have it soon.
   *
   * @throws ArenaError where coming back later helps. Nothing was sent to the client then, as with false
   */
  async forward({ roomId, lastKnown, ...traveller }: Passenger): Promise<boolean> {
    let refusedBy = "";
    while (!traveller.socket.destroyed) {
      const owner = await this.#ownerOf(roomId, lastKnown);
      if (!owner) return false;
      if (owner.bootId === refusedBy) throw new ArenaError("PEER_UNREACHABLE");
      if (await this.#lead(owner, traveller)) return true;
      this.#parts.forget(roomId);
      if (refusedBy !== "") throw new ArenaError("PEER_UNREACHABLE");
      refusedBy = owner.bootId;
    }
    return true; // it has gone by itself
  }

  /** A process of the cluster is gone: its clients are told to come back, those too whose socket would not tell for long. */
  ownerGone(bootId: string): void {
    for (const forward of this.#forwards) {
      if (forward.owner.bootId !== bootId) continue;
      this.#note("flow", bootId, new ArenaError("PEER_UNREACHABLE"));
      forward.lose("PEER_UNREACHABLE");
    }
  }

  /** Tells every client to come back, and takes no more. Who does not hang up is cut off 3 s later. */
  close(): void {
    this.#isClosed = true;
    for (const forward of this.#forwards) forward.lose("DRAINING");
    this.#liveness.close();
    this.#stopReports();
    this.#report();
  }

  async #ownerOf(roomId: string, lastKnown: string): Promise<Owner | undefined> {
    try {
      const owner = await this.#parts.ownerOf(roomId, lastKnown);
      if (this.#isClosed) throw new ArenaError("DRAINING");
      return owner;
    } catch (error) {
      this.#note("lookup", "", toArenaError(error));
      throw error;
    }
  }

  /** Whether the owner took the client; false where nothing was sent to the client, and another owner may be asked. */
  async #lead(owner: Owner, traveller: Traveller): Promise<boolean> {
    const { bootId } = owner;
    const onLost = (error: ArenaError): void => this.#note("flow", bootId, error);
    const forward = new Forward(owner, traveller, { ...this.#forwardParts, onLost });
    this.#forwards.add(forward);
    try {
      const answer = await forward.ask(this.#requestFor(owner, traveller));
      if (NOT_THE_OWNER.has(answer.status)) throw new ArenaError("ROOM_NOT_HERE", `It answered ${answer.status}.`);
      this.#flow(forward, answer);
      return true;
    } catch (error) {
      forward.abandon();
      this.#forwards.delete(forward);
      if (traveller.socket.destroyed) return true;
      this.#note("ask", bootId, toArenaError(error));
      if (this.#isClosed) throw error;
      return false;
    }
  }

  #flow(forward: Forward, answer: AnswerHead): void {
    const { telemetry } = this.#parts;
    forward.flow(answer);
    telemetry.emit("forward:opened", { forwarded: ++this.#flowing });
    const unwatch = this.#liveness.watch(forward);
    void forward.ended.then(() => {
      unwatch();
      this.#forwards.delete(forward);
      telemetry.emit("forward:closed", { forwarded: --this.#flowing });
    });
  }

  #requestFor(owner: Owner, { request, address }: Traveller): string {
    return requestHead(request, this.#parts.passage(owner, request.url ?? "", address));
  }

  #note(stage: ForwardStage, bootId: string, error: ArenaError): void {
    const { times } = this.#failures.get(stage) ?? { times: 0 };
    this.#failures.set(stage, { bootId, error, times: times + 1 });
  }

  #report(): void {
    for (const [stage, failure] of this.#failures) this.#parts.telemetry.emit("forward:failed", { stage, ...failure });
    this.#failures.clear();
  }
}

/** The request as it came, with what the cluster adds. */
function requestHead({ method, url, rawHeaders }: IncomingMessage, [name, value]: readonly [string, string]): string {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!RESERVED.test(rawHeaders[at] ?? "")) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  return `${[...lines, `${name}: ${value}`].join("\r\n")}\r\n\r\n`;
}
