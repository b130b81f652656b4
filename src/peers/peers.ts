/**
 * peers: calls from one process of the cluster to another, and the proof that what is passed on comes from one.
 *
 * Owns the lines between processes, their signatures, deadlines and errors that cross. It refuses to know what is called. Calls
 * and sockets go over the one port that each process has; only what is signed with the cluster's secret is answered.
 */
import { Packr } from "msgpackr";
import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { Lines } from "./line.ts";
import { type Passage, readPassage, writePassage } from "./passage.ts";
import { isSigned, type Signing, sign } from "./signature.ts";
import { fromWire, toWire, type WireError } from "./wire-error.ts";

export { PASSAGE_HEADER, type Passage } from "./passage.ts";

/** Answers one method; what it throws crosses to the caller. */
export type PeerHandler = (payload: unknown) => Promise<unknown>;

/** Another process: which, and where. */
export interface PeerAddress {
  readonly bootId: string;
  /** `host:port`. */
  readonly internalAddress: string;
}

/** Calls between the processes of a cluster. */
export interface Peers {
  /**
   * Calls a method of another process.
   *
   * @throws ArenaError PEER_UNREACHABLE where nothing was done, PEER_UNCERTAIN where it may have been or may yet be; what the method throws
   */
  call(peer: PeerAddress, method: string, payload: unknown, deadlineMs: number): Promise<unknown>;
  /** Answers `method` from now on. */
  on(method: string, handler: PeerHandler): void;
  /** Whether a process of the cluster calls a method. */
  isPeer(method: string, proof: string): boolean;
  /** Answers a call that came over HTTP from one. */
  handle(method: string, body: Uint8Array): Promise<Uint8Array>;
  /** Header value for a client that is passed on to another process. */
  passageTo(bootId: string, passage: Passage): string;
  /** What a header of a client says that was passed on. @throws ArenaError FORWARD_FORGED */
  passageOf(header: string): Passage;
  close(): void;
}

/** Where calls arrive: a POST to this, followed by the method. */
export const CALL_PATH = "/internal/";
/** Header with the proof of a call. */
export const CALL_HEADER = "x-arena-call";

/** Content type of a call and its answer. */
export const CALL_TYPE = "application/msgpack";

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true });
const OK = 200;

/** What peers are opened with. */
export interface PeersParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly signing: Signing;
}

/** Opens the lines. `signing` names this process, and the secret that the cluster shares. */
export function openPeers({ clock, telemetry, signing }: PeersParts): Peers {
  const lines = new Lines(clock);
  const handlers = new Map<string, PeerHandler>();
  const { secret } = signing;
  return {
    async call({ bootId, internalAddress }, method, payload, deadlineMs) {
      const { hostname, port } = new URL(`http://${internalAddress}`);
      const headers = { [CALL_HEADER]: sign(`call ${method}`, { secret, bootId }), "content-type": CALL_TYPE };
      const host = hostname.replace(/^\[|\]$/g, "");
      const post = {
        host,
        port: Number(port),
        path: CALL_PATH + method,
        headers,
        body: packr.pack(payload),
        deadlineMs,
      };
      const { status, body } = await lines.post(post);
      if (status !== OK) throw new ArenaError("PEER_UNREACHABLE", `It answered ${status}.`);
      const answer = packr.unpack(body) as { result: unknown } | { error: WireError }; // of a process that took the proof
      if ("error" in answer) throw fromWire(answer.error);
      return answer.result;
    },
    on: (method, handler) => void handlers.set(method, handler),
    isPeer: (method, proof) => isSigned(`call ${method}`, proof, signing),
    async handle(method, body) {
      try {
        const handler = handlers.get(method);
        if (!handler) throw new ArenaError("METHOD_UNKNOWN");
        return packr.pack({ result: (await handler(packr.unpack(body))) ?? null });
      } catch (error) {
        const wire = toWire(error);
        // The caller learns that something failed; what it was is told here.
        if ("arena" in wire && wire.arena === "INTERNAL") telemetry.emit("node:failed", { error, isFatal: false });
        return packr.pack({ error: wire });
      }
    },
    passageTo: (bootId, passage) => writePassage(passage, { secret, bootId }),
    passageOf: (header) => readPassage(header, signing),
    close: () => lines.close(),
  };
}
