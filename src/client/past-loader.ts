import type { Stop } from "../clock/clock.ts";
import { OP_MESSAGES, type OpHistory, type OpPast, type OpPastRefused } from "../protocol/protocol.ts";
import { spreadMs } from "./backoff.ts";
import type { RoomLine } from "./document-session.ts";
import { HistoryRefused } from "./history-refused.ts";
import type { Status, StatusDetail } from "./link.ts";
import { DocumentClosed } from "./push.ts";

/** Who takes in the parts of a stretch. It may be begun anew where the connection is lost between them. */
export interface PastSink<Op, R> {
  /** The entry before which the stretch ends; undefined for the newest. */
  readonly before: number | undefined;
  begin(): void;
  add(part: OpPast<Op, R>): void;
}

interface Running<Op, R> {
  readonly sink: PastSink<Op, R>;
  readonly loaded: PromiseWithResolvers<OpPast<Op, R>>;
}

/** A stretch that is heard nothing of for so long is asked for again. */
const SILENT_MS = 15_000;
/** MESSAGE_UNKNOWN and MESSAGES_TOO_FAST of the server's catalogue. */
const UNKNOWN = 4631;
const TOO_FAST = 4636;
const TOO_FAST_WAIT_MS = 1000;

/** Asks a server for stretches of the past, one at a time, as often as it takes. */
export class PastLoader<Op, R> {
  readonly #line: RoomLine;
  readonly #stops: Stop[];
  #running: Running<Op, R> | undefined;
  /** The part that is due. */
  #next = 0;
  #stopTimer: Stop = () => {};

  constructor(line: RoomLine) {
    this.#line = line;
    this.#stops = [
      line.onMessage<OpPast<Op, R> | OpPastRefused>(OP_MESSAGES.PAST, (past) => this.#receive(past)),
      line.onStatus((status, detail) => this.#onStatus(status, detail)),
      line.onMoved(() => this.#ask()),
      line.onError((code, detail) => this.#onError(code, detail)),
    ];
  }

  /**
   * Loads a stretch, after the one before was; resolves with its last part. While there is no connection it waits for one.
   *
   * @throws HistoryRefused; DocumentClosed
   */
  load(sink: PastSink<Op, R>): Promise<OpPast<Op, R>> {
    const loaded = Promise.withResolvers<OpPast<Op, R>>();
    this.#running = { sink, loaded };
    this.#onStatus(this.#line.status, {});
    return loaded.promise;
  }

  /** Ends it; what was not loaded fails with DocumentClosed. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#end()?.reject(new DocumentClosed("The history was closed."));
  }

  #onStatus(status: Status, { reason }: StatusDetail): void {
    if (status === "online") this.#ask();
    else if (status === "refused") this.#end()?.reject(new HistoryRefused(`The server refuses: ${reason?.code ?? ""}`));
  }

  #ask(): void {
    if (!this.#running) return;
    const { sink } = this.#running;
    this.#next = 0;
    sink.begin();
    const { before } = sink;
    this.#line.send(OP_MESSAGES.HISTORY, (before === undefined ? {} : { before }) satisfies OpHistory);
    this.#askAgainIn(SILENT_MS);
  }

  #askAgainIn(delayMs: number): void {
    this.#stopTimer();
    this.#stopTimer = this.#line.clock.after(delayMs, () => this.#ask());
  }

  #receive(past: OpPast<Op, R> | OpPastRefused): void {
    if (!this.#running) return;
    if ("code" in past) this.#refused(past);
    else if (past.part === this.#next) this.#take(past, this.#running); // else it is of a stretch that was given up
  }

  #take(past: OpPast<Op, R>, { sink }: Running<Op, R>): void {
    this.#next++;
    sink.add(past);
    if (past.end) this.#end()?.resolve(past);
    else this.#askAgainIn(SILENT_MS);
  }

  #refused({ code, detail, retryAfterMs }: OpPastRefused): void {
    if (retryAfterMs === undefined) this.#end()?.reject(new HistoryRefused(`${code}: ${detail}`));
    else this.#askAgainIn(spreadMs(retryAfterMs, this.#line.clock.random()));
  }

  #onError(code: number, detail: string): void {
    if (!this.#running) return;
    if (code === TOO_FAST) this.#askAgainIn(TOO_FAST_WAIT_MS);
    else if (code === UNKNOWN && detail.includes(`"${OP_MESSAGES.HISTORY}"`)) {
      this.#end()?.reject(new HistoryRefused("The room has no history."));
    }
  }

  #end(): Running<Op, R>["loaded"] | undefined {
    this.#stopTimer();
    const loaded = this.#running?.loaded;
    this.#running = undefined;
    return loaded;
  }
}
