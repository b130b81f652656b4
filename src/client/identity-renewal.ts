import type { Clock, Stop } from "../clock/clock.ts";
import { backoffMs } from "./backoff.ts";
import type { Replica } from "./replica.ts";
import type { IdentityProblem } from "./replica-types.ts";
import { newIdentity } from "./secrets.ts";

/** What becomes of pushes of which the server can no longer tell whether it has taken them. */
export type ExpiredAnswer = "resubmit" | "drop";

/** What a renewal needs. */
export interface IdentityRenewalParts {
  readonly clock: Clock;
  readonly replica: Pick<Replica<object, object>, "needsIdentity" | "renew"> & { readonly pending: readonly unknown[] };
  readonly onExpired: (pushes: number) => ExpiredAnswer | Promise<ExpiredAnswer>;
  /** Something was told to the replica. */
  readonly onRenewed: () => void;
}

/** Gives a client another identity where the server does not take the one that it has. */
export class IdentityRenewal {
  readonly #parts: IdentityRenewalParts;
  /** Identities in a row that were somebody else's. */
  #taken = 0;
  #isRunning = false;
  #stopWait: Stop = () => {};
  #isClosed = false;

  constructor(parts: IdentityRenewalParts) {
    this.#parts = parts;
  }

  /** Whether one is under way. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** The server has taken the identity. */
  welcomed(): void {
    this.#taken = 0;
  }

  /** Asks what is to become of what is pending, and goes on as somebody else. */
  async run(problem: IdentityProblem): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const answer = await this.#ask(problem);
    this.#isRunning = false;
    if (this.#isClosed) return;
    const { replica, onRenewed } = this.#parts;
    if (answer && replica.needsIdentity) replica.renew(newIdentity(), answer);
    onRenewed();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopWait();
  }

  /**
   * Undefined where whoever is asked fails: all is kept, and the next welcome asks again. A server that takes no identity at
   * all is not asked in a loop.
   */
  async #ask(problem: IdentityProblem): Promise<ExpiredAnswer | undefined> {
    const { replica, onExpired, clock } = this.#parts;
    try {
      const answer = replica.pending.length > 0 ? await onExpired(replica.pending.length) : "resubmit";
      const attempt = problem === "taken" ? this.#taken++ : 0;
      const delayMs = attempt === 0 ? 0 : backoffMs(attempt, clock.random());
      await new Promise<void>((resolve) => {
        this.#stopWait = clock.after(delayMs, resolve);
      });
      return answer;
    } catch {
      return undefined;
    }
  }
}
