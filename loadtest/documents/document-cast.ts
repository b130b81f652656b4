import type { Clock } from "../../src/clock/clock.ts";
import type { Cast } from "../cast.ts";
import { errorKind } from "../error-kind.ts";
import type { LoadOptions } from "../options.ts";
import type { Player } from "../player.ts";
import type { Tally } from "../tally.ts";
import { DocumentBot } from "./document-bot.ts";
import type { DocumentScenario } from "./document-scenario.ts";
import { digestOf } from "./plain.ts";
import { mergeVerifications, type Verification, verifyBoard } from "./verification.ts";
import { type DocumentPlace, openAt, until, Witness } from "./witness.ts";

/** What a cast is made of. */
export interface DocumentCastParts {
  readonly options: Pick<LoadOptions, "url" | "boards" | "dropEverySeconds">;
  /** Keeps this run's boards apart from those of other runs. */
  readonly instance: string;
  readonly clock: Clock;
  readonly tally: Tally;
}

const JOIN_TIMEOUT_MS = 15_000;
/** In this time everything that waits is delivered, or it never will be. */
const SETTLE_TIMEOUT_MS = 60_000;

/** A board with those who are at it. */
interface Board<Op extends object, R extends object> {
  readonly id: string;
  readonly witness: Promise<Witness<Op, R>>;
  readonly bots: DocumentBot<Op, R>[];
}

/** Bots that share documents, and in the end prove that all of them have the same, with everything that was acknowledged. */
export class DocumentCast<Op extends object, R extends object> implements Cast {
  readonly #parts: DocumentCastParts;
  readonly #scenario: DocumentScenario<Op, R>;
  readonly #boards = new Map<string, Board<Op, R>>();

  constructor(parts: DocumentCastParts, scenario: DocumentScenario<Op, R>) {
    this.#parts = parts;
    this.#scenario = scenario;
  }

  async open(index: number): Promise<Player | undefined> {
    const { clock, tally, options, instance } = this.#parts;
    const startMs = clock.nowMs();
    try {
      const board = this.#board(`${instance}-${index % options.boards}`);
      await board.witness; // before there is anything to see
      const parts = { ...options, clock, tally, index };
      const bot = await DocumentBot.open(
        this.#place(board.id, `Load ${index}`),
        this.#scenario,
        parts,
        JOIN_TIMEOUT_MS,
      );
      board.bots.push(bot);
      tally.counts.joinsOk++;
      tally.time("join", clock.nowMs() - startMs);
      return bot;
    } catch (error) {
      tally.counts.joinsFailed++;
      tally.counts.failedBots++;
      tally.error(errorKind(error));
      return undefined;
    }
  }

  async rest(): Promise<void> {
    const bots = [...this.#boards.values()].flatMap(({ bots }) => bots);
    await Promise.all(bots.map((bot) => bot.rest(SETTLE_TIMEOUT_MS)));
  }

  /** All of this run are at rest. */
  async verify(): Promise<Verification> {
    const verified: Verification[] = [];
    // One after the other, so that a run on a thousand boards does not open a thousand documents at once.
    for (const board of this.#boards.values()) verified.push(await this.#verify(board));
    return mergeVerifications(verified);
  }

  async close(): Promise<void> {
    for (const { witness } of this.#boards.values()) await (await witness.catch(() => undefined))?.close();
  }

  #board(id: string): Board<Op, R> {
    const known = this.#boards.get(id);
    if (known) return known;
    const witness = Witness.open(this.#place(id, "Witness"), this.#scenario, JOIN_TIMEOUT_MS);
    const board = { id, witness, bots: [] };
    this.#boards.set(id, board);
    return board;
  }

  #place(id: string, name: string): DocumentPlace {
    const { options, clock } = this.#parts;
    return { url: options.url, id, name, clock };
  }

  async #verify({ id, witness, bots }: Board<Op, R>): Promise<Verification> {
    const { clock } = this.#parts;
    const newcomer = await openAt(this.#place(id, "Newcomer"), this.#scenario);
    try {
      const seen = await witness;
      await until(clock, `${id}: a newcomer's document`, SETTLE_TIMEOUT_MS, () => newcomer.document.isLive);
      const seq = Math.max(newcomer.document.seq, seen.seq, ...bots.map((bot) => bot.seq));
      const hasAll = (): boolean => [newcomer.document, seen, ...bots].every((one) => one.seq >= seq);
      await until(clock, `${id}: all of it`, SETTLE_TIMEOUT_MS, hasAll);
      const marks = seen.entries.flatMap((entry) => entry.marks);
      return verifyBoard({
        board: id,
        digest: digestOf(newcomer.document),
        entries: seen.entries,
        bots: bots.map((bot) => bot.evidence()),
        flaws: this.#scenario.flawsOf(newcomer.document, marks),
      });
    } catch (error) {
      return { digests: {}, documents: 0, pushes: 0, marks: 0, problems: [String(error)] };
    } finally {
      await newcomer.close();
    }
  }
}
