import type { OpOutcome } from "../protocol/protocol.ts";

/** What became of a push. */
export interface Outcome {
  readonly n: number;
  readonly seq: number;
  readonly outcome: OpOutcome;
}

/** Pushes that are remembered of one client: more than are on their way at a time. */
const MAX_PUSHES = 128;
/** Clients of which they are remembered: those that were heard of last. */
const MAX_CLIENTS = 1000;

/** What became of the latest pushes of the latest clients, for those who missed their acknowledgements. */
export class RecentOutcomes {
  readonly #byClient = new Map<string, Outcome[]>();

  add(clientId: string, outcome: Outcome): void {
    const outcomes = this.#byClient.get(clientId) ?? [];
    outcomes.push(outcome);
    if (outcomes.length > MAX_PUSHES) outcomes.splice(0, MAX_PUSHES / 2);
    this.#byClient.delete(clientId); // whoever is heard of moves to the end
    this.#byClient.set(clientId, outcomes);
    const [longestUnheard] = this.#byClient.keys();
    if (this.#byClient.size > MAX_CLIENTS && longestUnheard !== undefined) this.#byClient.delete(longestUnheard);
  }

  /** What became of a push, where that is still known. */
  find(clientId: string, n: number): Outcome | undefined {
    return this.#byClient.get(clientId)?.find((outcome) => outcome.n === n);
  }
}
