import { ArenaError } from "../errors/errors.ts";
import type { Word } from "./outage.ts";
import type { NodeIdentity } from "./types.ts";

/** Calls between the processes of a cluster. */
export interface Calls {
  call(peer: NodeIdentity, method: string, payload: unknown, deadlineMs: number): Promise<unknown>;
  on(method: string, handler: () => Promise<unknown>): void;
}

const METHOD = "cluster:cutOff";
const DEADLINE_MS = 300;

/** The other processes, as those who know whether an outage is theirs as well. */
export class Witnesses {
  readonly #calls: Calls;

  /** @param isCutOff asked for the others: whether this process is cut off, and promises what goes with saying so */
  constructor(calls: Calls, isCutOff: () => boolean) {
    this.#calls = calls;
    calls.on(METHOD, async () => isCutOff());
  }

  ask(nodes: readonly NodeIdentity[]): Promise<readonly Word[]> {
    return Promise.all(nodes.map((node) => this.#ask(node)));
  }

  async #ask(node: NodeIdentity): Promise<Word> {
    try {
      return (await this.#calls.call(node, METHOD, null, DEADLINE_MS)) === true ? "cutOff" : "confirmed";
    } catch (error) {
      return isRefused(error) ? "gone" : "silent";
    }
  }
}

/** Its machine answers, and nobody listens there. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof ArenaError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED";
}
