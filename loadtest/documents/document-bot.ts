import { type Push, PushRefused, type Status } from "../../src/client/client.ts";
import type { Clock } from "../../src/clock/clock.ts";
import { errorKind } from "../error-kind.ts";
import { meter } from "../meter.ts";
import type { Player } from "../player.ts";
import type { Tally } from "../tally.ts";
import type { DocumentScenario, Hands } from "./document-scenario.ts";
import { digestOf } from "./plain.ts";
import type { AckedPush, BotEvidence } from "./verification.ts";
import { type DocumentPlace, type OpenedDocument, openAt, until } from "./witness.ts";

/** What a bot needs besides its place. */
export interface DocumentBotParts {
  readonly clock: Clock;
  readonly tally: Tally;
  readonly index: number;
  /** Mean time between two lost connections, in seconds; 0 for none. */
  readonly dropEverySeconds: number;
}

const MS_PER_S = 1000;
/** A bot that is away for longer has failed: a dropped connection is back within a second or two. */
const MAX_AWAY_SECONDS = 30;

/** Somebody who shares a document: acts, loses the connection now and then, and knows what came of everything. */
export class DocumentBot<Op extends object, R extends object> implements Player {
  readonly #opened: OpenedDocument<Op, R>;
  readonly #parts: DocumentBotParts;
  readonly #hands: Hands;
  readonly #name: string;
  readonly #clientIds = new Set<string>();
  readonly #acked: AckedPush[] = [];
  readonly #refusals: string[] = [];
  #state: "playing" | "resting" | "failed" = "playing";
  #isOnline = true;
  #awaySeconds = 0;
  #dropAtMs: number;

  private constructor(
    opened: OpenedDocument<Op, R>,
    name: string,
    scenario: DocumentScenario<Op, R>,
    parts: DocumentBotParts,
  ) {
    const { document, connection } = opened;
    const { clock, index, tally } = parts;
    this.#opened = opened;
    this.#parts = parts;
    this.#name = name;
    this.#dropAtMs = this.#nextDropMs();
    this.#hands = scenario.hands({
      document,
      ephemeral: connection.ephemeral,
      clock,
      index,
      push: (ops) => this.#track(() => document.push(ops), scenario.marksOf(ops)),
      undo: () => this.#track(() => document.undo(), []),
      redo: () => this.#track(() => document.redo(), []),
    });
    connection.onStatus((status) => this.#onStatus(status));
    connection.onState((_, room) => meter(room, { clock, tally }));
  }

  /** Opens the document and waits until it has come. @throws Error where it does not */
  static async open<Op extends object, R extends object>(
    place: DocumentPlace,
    scenario: DocumentScenario<Op, R>,
    parts: DocumentBotParts,
    timeoutMs: number,
  ): Promise<DocumentBot<Op, R>> {
    const opened = await openAt(place, scenario);
    const bot = new DocumentBot(opened, place.name, scenario, parts);
    await until(place.clock, "join timed out", timeoutMs, () => opened.document.isLive);
    bot.#isOnline = true;
    return bot;
  }

  turn(nowMs: number): void {
    if (this.#state !== "playing") return;
    this.#hands.onTurn(nowMs);
    if (nowMs < this.#dropAtMs) return;
    this.#dropAtMs = this.#nextDropMs();
    this.#opened.connection.reconnect({ code: "DROPPED", detail: "The load test drops it." });
  }

  checkSilence(): void {
    this.#awaySeconds = this.#isOnline ? 0 : this.#awaySeconds + 1;
    if (this.#awaySeconds > MAX_AWAY_SECONDS) this.#fail(`away for ${MAX_AWAY_SECONDS} s`);
  }

  /** Does nothing any more, and waits until it knows what came of all that it did. */
  async rest(timeoutMs: number): Promise<void> {
    if (this.#state === "playing") this.#state = "resting";
    const { document } = this.#opened;
    const isDone = (): boolean => !document.hasUnsaved && document.isLive;
    await until(this.#parts.clock, this.#name, timeoutMs, isDone).catch(() => {}); // the evidence says what is missing
  }

  /** The last entry that it has. */
  get seq(): number {
    return this.#opened.document.seq;
  }

  evidence(): BotEvidence {
    const { document } = this.#opened;
    return {
      name: this.#name,
      clientIds: [...this.#clientIds],
      acked: this.#acked,
      refusals: this.#refusals,
      unsaved: document.unsaved,
      digest: digestOf(document),
    };
  }

  async leave(): Promise<void> {
    this.#state = "resting";
    await this.#opened.close();
  }

  #track(make: () => Push | undefined, marks: readonly string[]): void {
    const { clock, tally } = this.#parts;
    const sentMs = clock.nowMs();
    try {
      const push = make();
      if (!push) return;
      tally.counts.sent++;
      this.#clientIds.add(this.#opened.document.clientId);
      push.then(
        ({ seq, outcome }) => {
          tally.time("latency", clock.nowMs() - sentMs);
          this.#clientIds.add(this.#opened.document.clientId);
          this.#acked.push({ seq, outcome, marks });
        },
        (error) => error instanceof PushRefused && this.#refused(`${error.code}: ${error.message}`),
      );
    } catch (error) {
      this.#refused(errorKind(error)); // too much waits, or it is too large
    }
  }

  #refused(words: string): void {
    this.#parts.tally.counts.refusals++;
    this.#parts.tally.error(words);
    this.#refusals.push(words);
  }

  #onStatus(status: Status): void {
    const { counts } = this.#parts.tally;
    if (this.#isOnline && status === "reconnecting") counts.drops++;
    if (!this.#isOnline && status === "online") counts.reconnects++;
    this.#isOnline = status === "online";
    if (status === "refused") this.#fail(`refused: ${this.#opened.connection.statusDetail.reason?.code ?? ""}`);
  }

  /** As often as it should be on the average, at moments that nobody foresees. */
  #nextDropMs(): number {
    const { clock, dropEverySeconds } = this.#parts;
    if (dropEverySeconds === 0) return Number.POSITIVE_INFINITY;
    return clock.nowMs() - Math.log(1 - clock.random()) * dropEverySeconds * MS_PER_S;
  }

  #fail(kind: string): void {
    if (this.#state !== "playing") return;
    this.#state = "failed";
    this.#parts.tally.counts.failedBots++;
    this.#parts.tally.error(kind);
  }
}
