import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { Outage, type Word } from "./outage.ts";
import type { Calls, Holder, NodeIdentity } from "./types.ts";

/** What witnesses are asked with. */
export interface WitnessesParts {
  readonly clock: Pick<Clock, "nowMs">;
  /** This process' lease was to be confirmed by now, and is not. */
  readonly isOverdue: () => boolean;
  /** Boot of this process. */
  readonly bootId: string;
  /** Whether a process lives, as far as this one knows. */
  readonly lives: (bootId: unknown) => boolean;
}

const METHOD = "cluster:cutOff";
const STOP = "cluster:stop";
const DEADLINE_MS = 300;
const ASK_EVERY_MS = 250;
/** Beyond this, asking everybody would be a load of its own: a larger cluster stands still while its store is away. */
const MAX_WITNESSES = 256;

/** The other processes, as those who know whether an outage is theirs as well; and this one, as one of theirs. */
export class Witnesses {
  readonly #parts: WitnessesParts;
  readonly #outage = new Outage();
  #calls: Calls | undefined;
  #askedMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;
  /** Somebody can ask the store, and takes this process for gone: whatever the others say, the outage is not everybody's. */
  #isStopped = false;

  constructor(parts: WitnessesParts) {
    this.#parts = parts;
  }

  /** Without calls nobody is asked. */
  meet(calls: Calls): void {
    this.#calls = calls;
    calls.on(METHOD, async (asker) => this.#testify(asker));
    calls.on(STOP, async () => {
      this.#isStopped = true;
    });
  }

  /** Has a process stand still that holds no lease, until it is confirmed again. Who cannot be told within a bounded time is not there. */
  async stop(holder: Holder): Promise<void> {
    await this.#calls?.call(holder, STOP, null, DEADLINE_MS).catch(() => {}); // as it is of most
  }

  /** Where it is time for it, asks all who lived when the store was last heard of; one round at a time. */
  async ask(others: readonly NodeIdentity[]): Promise<void> {
    const { bootId, clock } = this.#parts;
    const [calls, nowMs] = [this.#calls, clock.nowMs()];
    const isOverdue = this.#parts.isOverdue();
    if (!isOverdue) this.#isStopped = false;
    const isDue = isOverdue && nowMs - this.#askedMs >= ASK_EVERY_MS;
    if (!calls || !isDue || this.#isAsking || others.length > MAX_WITNESSES) return;
    [this.#isAsking, this.#askedMs] = [true, nowMs];
    this.#outage.heard(await Promise.all(others.map((node) => wordOf(node, bootId, calls))), nowMs);
    this.#isAsking = false;
  }

  /** On their word, this process may act. */
  get isCovered(): boolean {
    return !this.#isStopped && this.#outage.isCovered(this.#parts.clock.nowMs());
  }

  /** On its word, another may act: nobody may be taken for gone. */
  get isPromised(): boolean {
    return this.#outage.isPromised(this.#parts.clock.nowMs());
  }

  /** What the others are told who ask whether this process is cut off; with a yes goes a promise, which comes too late for who was gone. */
  #testify(asker: unknown): boolean {
    const isCutOff = this.#parts.isOverdue() && this.#parts.lives(asker);
    if (isCutOff) this.#outage.promise(this.#parts.clock.nowMs());
    return isCutOff;
  }
}

async function wordOf(node: NodeIdentity, asker: string, calls: Calls): Promise<Word> {
  try {
    return (await calls.call(node, METHOD, asker, DEADLINE_MS)) === true ? "cutOff" : "confirmed";
  } catch (error) {
    return isRefused(error) ? "gone" : "silent";
  }
}

/** Its machine answers, and nobody listens there. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof ArenaError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED";
}
