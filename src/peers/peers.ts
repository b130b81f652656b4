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
import { type Answer, Lines } from "./line.ts";
import { usePassage, writePassage } from "./passage.ts";
import { digest, Proofs, type Signing } from "./signature.ts";
import { fromWire, toWire, type WireError } from "./wire-error.ts";

export { PASSAGE_HEADER } from "./passage.ts";

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
  /** Whether a process of the cluster calls, as far as the head of its request tells. */
  isPeer(call: CallHead): boolean;
  /** Answers a call that came over HTTP; undefined, with nothing done, for another body than its caller's, or one that came before. */
  handle(call: CallHead, body: Uint8Array): Promise<Uint8Array | undefined>;
  /** Header value for a line to another process over which clients are passed on; `target` is the path of its request. */
  passageTo(bootId: string, target: string): string;
  /** Takes that header, once. @throws ArenaError FORWARD_FORGED where none of the cluster wrote it for this process and target */
  usePassage(header: string, target: string): void;
  close(): void;
}

/** What the head of a call says. */
export interface CallHead {
  readonly method: string;
  /** Value of {@link CALL_HEADER}. */
  readonly proof: string;
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
  const proofs = new Proofs(signing);
  const handlers = new Map<string, PeerHandler>();
  return {
    async call({ bootId, internalAddress }, method, payload, deadlineMs) {
      const body = packr.pack(payload);
      const content = digest(body);
      const proof = `${content}.${proofs.make(signed(method, content), bootId)}`;
      const headers = { [CALL_HEADER]: proof, "content-type": CALL_TYPE };
      const place = { ...placeOf(internalAddress), path: CALL_PATH + method };
      return resultOf(await lines.post({ ...place, headers, body, deadlineMs }));
    },
    on: (method, handler) => void handlers.set(method, handler),
    isPeer({ method, proof }) {
      const [content, rest] = parted(proof);
      return proofs.isRight(signed(method, content), rest);
    },
    async handle({ method, proof }, body) {
      const [content, rest] = parted(proof);
      if (digest(body) !== content || !proofs.use(signed(method, content), rest)) return undefined;
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
    passageTo: (to, target) => writePassage(proofs, to, target),
    usePassage: (header, target) => usePassage(header, proofs, target),
    close: () => lines.close(),
  };
}

/** What is signed of a call; `content` stands for its body, so that a head can be judged before the body has come. */
function signed(method: string, content: string): string {
  return `call ${method} ${content}`;
}

/** The header of a call: what stands for its body, and the proof. */
function parted(header: string): readonly [content: string, proof: string] {
  const [content = ""] = header.split(".", 1);
  return [content, header.slice(content.length + 1)];
}

function placeOf(internalAddress: string): { host: string; port: number } {
  const { hostname, port } = new URL(`http://${internalAddress}`);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
}

/** A process that does not take the call has done nothing, unless it took it the first time, and the answer was lost. */
function resultOf({ status, body, isSecond }: Answer): unknown {
  if (status !== OK) throw new ArenaError(isSecond ? "PEER_UNCERTAIN" : "PEER_UNREACHABLE", `It answered ${status}.`);
  const answer = packr.unpack(body) as { result: unknown } | { error: WireError }; // of a process that took the proof
  if ("error" in answer) throw fromWire(answer.error);
  return answer.result;
}
