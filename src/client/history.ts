import type { Stop } from "../clock/clock.ts";
import type { OpDocument, RecordReader } from "../document/document.ts";
import {
  OP_MESSAGES,
  type OpBatch,
  type OpEntry,
  type OpPast,
  type OpSnap,
  type OpWelcome,
} from "../protocol/protocol.ts";
import type { RoomLine } from "./document-session.ts";
import { HistoryRefused } from "./history-refused.ts";
import { Listeners } from "./listeners.ts";
import { PastLoader, type PastSink } from "./past-loader.ts";
import { Timeline } from "./timeline.ts";

/** What a history is made of. */
export interface HistoryParts<Op extends object, R extends object> {
  readonly line: RoomLine;
  readonly document: OpDocument<Op, R>;
  readonly onClosed: () => void;
}

/**
 * What a document was: entries of its log, and its records as of any of them. Begins with the newest stretch that the server
 * keeps and grows: at its end by what is confirmed, at its beginning by what is asked for.
 */
export class History<Op extends object, R extends object> {
  readonly #parts: HistoryParts<Op, R>;
  readonly #loader: PastLoader<Op, R>;
  readonly #stops: Stop[];
  readonly #entryListeners = new Listeners<[readonly OpEntry<Op>[]]>();
  readonly #resetListeners = new Listeners<[]>();
  #timeline: Timeline<Op, R>;
  /** Of the line of entries that is here; undefined until it is. */
  #epoch: number | undefined;
  /** Before this entry the next older stretch ends. */
  #oldest = 1;
  #hasOlder = false;
  /** What was confirmed while the newest stretch is on its way. */
  #early: OpEntry<Op>[] = [];
  /** One stretch is loaded at a time. */
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** Use {@link openHistory}. */
  constructor(parts: HistoryParts<Op, R>) {
    this.#parts = parts;
    const { line, document } = parts;
    this.#loader = new PastLoader(line);
    this.#timeline = new Timeline(document, 0);
    this.#stops = [
      line.onMessage<OpBatch<Op>>(OP_MESSAGES.BATCH, ({ entries }) => this.#follow(entries)),
      line.onMessage<OpSnap<R>>(OP_MESSAGES.SNAP, ({ seq }) => this.#seeAhead(seq)),
      line.onMessage<OpWelcome>(OP_MESSAGES.WELCOME, ({ epoch }) => this.#meet(epoch)),
    ];
  }

  /** The entries that are here, oldest first. Some may be missing between two where the server has lost them. */
  get entries(): readonly OpEntry<Op>[] {
    return this.#timeline.entries;
  }

  /** Seq of the first entry that is here, or of the next one where there is none. The state before it can be told, too. */
  get firstSeq(): number {
    return this.#timeline.base + 1;
  }

  /** Whether the server keeps more before what is here. */
  get hasOlder(): boolean {
    return this.#hasOlder;
  }

  /**
   * Loads what comes before, where there is anything. While there is no connection it waits for one.
   *
   * @throws HistoryRefused where the room does not give it; DocumentClosed
   */
  loadOlder(): Promise<void> {
    return this.#inTurn(() => (this.#hasOlder ? this.#loadUntilMore() : Promise.resolve()));
  }

  /** The records as of an entry that is here, or as of the nearest before it that is known; of the first or the last state beyond. */
  recordsAt(seq: number): RecordReader<R> {
    return this.#timeline.recordsAt(seq);
  }

  /** Tells of entries that were confirmed, which are here already. */
  onEntries(listener: (entries: readonly OpEntry<Op>[]) => void): Stop {
    return this.#entryListeners.add(listener);
  }

  /** Tells that all of it is others now: some were missed while there was no connection, or the document's history is another. */
  onReset(listener: () => void): Stop {
    return this.#resetListeners.add(listener);
  }

  /** Lets go of it. What is here stays readable. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    this.#loader.close();
    this.#entryListeners.clear();
    this.#resetListeners.clear();
    this.#parts.onClosed();
  }

  /**
   * Loads the newest stretch in the place of all that is here, and older ones until there is an entry.
   *
   * @throws HistoryRefused; DocumentClosed
   */
  load(): Promise<void> {
    return this.#inTurn(async () => {
      this.#epoch = undefined;
      this.#early = [];
      const newest = this.#sink(undefined);
      const { epoch, base, hasOlder, isDamaged } = await this.#loader.load(newest);
      if (isDamaged) throw new HistoryRefused("The newest part of the history is damaged.");
      this.#timeline = newest.timeline;
      [this.#epoch, this.#oldest, this.#hasOlder] = [epoch, base + 1, hasOlder];
      this.#follow(this.#early);
      if (this.entries.length === 0) await this.#loadUntilMore();
    });
  }

  /** Stretches without an entry, and such as the server has lost, are passed over. */
  async #loadUntilMore(): Promise<void> {
    const first = this.entries[0];
    while (this.#hasOlder && this.#epoch !== undefined && this.entries[0] === first) await this.#loadStretch();
  }

  async #loadStretch(): Promise<void> {
    const older = this.#sink(this.#oldest);
    const { base, epoch, hasOlder, isDamaged } = await this.#loader.load(older);
    if (epoch !== this.#epoch) return; // it is loaded anew
    if (!isDamaged && older.timeline.seq > older.timeline.base) this.#timeline.prepend(older.timeline);
    [this.#oldest, this.#hasOlder] = [base + 1, hasOlder];
  }

  #sink(before: number | undefined): PastSink<Op, R> & { readonly timeline: Timeline<Op, R> } {
    const { document } = this.#parts;
    let timeline = new Timeline(document, 0);
    const add = ({ part, base, to, records = [], batches = [] }: OpPast<Op, R>): void => {
      if (part === 0) timeline = new Timeline(document, base);
      timeline.begin(records);
      for (const { entries } of batches) timeline.append(entries.filter(({ seq }) => seq <= to));
    };
    return {
      before,
      begin: () => {
        if (before === undefined) this.#early = [];
      },
      add,
      get timeline() {
        return timeline;
      },
    };
  }

  #follow(entries: readonly OpEntry<Op>[]): void {
    if (this.#epoch === undefined) {
      this.#early.push(...entries);
      return;
    }
    const first = entries.find(({ seq }) => seq > this.#timeline.seq);
    if (!first) return;
    if (first.seq === this.#timeline.seq + 1) this.#entryListeners.tell(this.#timeline.append(entries));
    else this.#reset();
  }

  /** The document was sent as it is now: entries that are not here led there. */
  #seeAhead(seq: number): void {
    if (this.#epoch !== undefined && seq > this.#timeline.seq) this.#reset();
  }

  #meet(epoch: number): void {
    if (this.#epoch !== undefined && epoch !== this.#epoch) this.#reset();
  }

  #reset(): void {
    this.#epoch = undefined;
    this.load().then(
      () => this.#resetListeners.tell(),
      () => this.close(), // it was closed, or the room gives nothing any more
    );
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {}); // who asked is told
    return done;
  }
}

/** Opens the history of a document; `loaded` is the newest stretch of it. It is closed where that fails. */
export function openHistory<Op extends object, R extends object>(
  parts: HistoryParts<Op, R>,
): { readonly history: History<Op, R>; readonly loaded: Promise<void> } {
  const history = new History(parts);
  const loaded = history.load().catch((error: unknown) => {
    history.close();
    throw error;
  });
  return { history, loaded };
}
