import { deadline } from "./deadline.ts";
import { PEERS, type PeerName } from "./peers.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** Something that was measured once. */
export interface Figure {
  /** What it is, with its unit; the row of the table. */
  readonly name: string;
  readonly value: number;
}

/** One measurement, to be made of each of its peers in each round. */
export interface Case<P extends PeerName = PeerName, S extends ServerProcess = ServerProcess> {
  /** Number by which `--only` picks it. */
  readonly point: number;
  readonly title: string;
  readonly peers: readonly P[];
  /** Starts what is measured, where that is anything but the peer's server on its own. */
  start?(peer: P): Promise<S>;
  /** Measures one peer, on a server that was started for it. */
  measure(peer: P, server: S): Promise<readonly Figure[]>;
  /** After this time in ms it has failed; default 5 min. */
  readonly maxMs?: number;
}

/** How large a run is. */
export interface Scale {
  /** How long CPU time and patches are counted, in ms. */
  readonly windowMs: number;
  /** How long the stalled client hangs, in ms. */
  readonly stallMs: number;
  /** All numbers of clients, calls and seats are divided by this. */
  readonly divisor: number;
}

/** The scale of figures that are worth writing down. */
export const FULL_SCALE: Scale = { windowMs: 5000, stallMs: 8000, divisor: 1 };
/** A scale that only shows that everything runs. */
export const QUICK_SCALE: Scale = { windowMs: 1000, stallMs: 2000, divisor: 20 };

const CASE_MS = 300_000;

/** Measures a case of one peer on a fresh server, which is ended whatever happens. */
export async function runCase(each: Case, peer: PeerName): Promise<readonly Figure[]> {
  const { title, maxMs = CASE_MS } = each;
  const server = await (each.start?.(peer) ?? startServer(PEERS[peer]));
  try {
    return await Promise.race([each.measure(peer, server), deadline(maxMs, `"${title}" is not measured`)]);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${reason} ${server.lastWords()}`, { cause });
  } finally {
    await server.close();
  }
}
