/** The text of a shape while somebody writes in it: a Yjs document that follows the shape's, and is followed by it. */
import { Doc, encodeStateAsUpdate, encodeStateVectorFromUpdate, mergeUpdates } from "yjs";
import { type BoardOp, isShape, type Shape } from "../../../../rooms/whiteboard/rules/board.ts";
import { DocumentClosed } from "../../../../src/client/client.ts";
import type { BoardDocument, Stop } from "../words.ts";
import { addUpdates, seedUpdate } from "./delta.ts";

/** What a {@link RichSync} needs. */
export interface RichSyncParts {
  readonly document: Pick<BoardDocument, "get" | "push" | "onChange">;
  readonly id: string;
  /** More that is pushed together with what was written. */
  readonly withWords: () => readonly BoardOp[];
  /** The shape is there no more. */
  readonly onGone: () => void;
  /** The shape is another one now, or its text. */
  readonly onChange: () => void;
  /** What was written is not taken, and never will be. */
  readonly onRefused: (error: unknown) => void;
}

/** What is written is pushed together for so long. */
const BATCH_MS = 300;
/** Keeps a Yjs document and the text of a shape the same. What comes twice is there once: that is Yjs' nature. */
export class RichSync {
  readonly doc = new Doc();
  readonly #parts: RichSyncParts;
  readonly #seen = new WeakSet<Uint8Array>();
  readonly #stop: Stop;
  /** Whether something was written that is not pushed. */
  #isDirty = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasWritten = false;
  #isRefused = false;
  #isClosed = false;

  constructor(parts: RichSyncParts, shape: Shape) {
    this.#parts = parts;
    if (!shape.rich) addUpdates(this.doc, [seedUpdate(shape.g.text ?? "")], this); // pushed with the first words
    this.#take(shape);
    this.doc.on("update", (_update: Uint8Array, origin: unknown) => this.#onUpdate(origin));
    this.#stop = parts.document.onChange((ids) => {
      if (ids.includes(parts.id)) this.#onDocument();
    });
  }

  /** Whether this person has written anything since it was opened. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /**
   * Pushes what was written and the shape does not have: also what it no longer has since somebody took the text back, for
   * what is written now stands on that.
   */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { id, withWords, document } = this.#parts;
    const record = document.get(id);
    if (!this.#isDirty || this.#isClosed || !isShape(record)) return;
    this.#isDirty = false;
    const { rich = [] } = record;
    const known = rich.length > 0 ? encodeStateVectorFromUpdate(mergeUpdates([...rich])) : undefined;
    this.#push([{ t: "y", id, u: new Uint8Array(encodeStateAsUpdate(this.doc, known)) }, ...withWords()]);
  }

  /** Pushes what is left, and ends it. */
  close(): void {
    this.flush();
    this.#end();
  }

  #end(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#stop();
  }

  #push(ops: readonly BoardOp[]): void {
    for (const op of ops) if (op.t === "y") this.#seen.add(op.u);
    try {
      this.#parts.document.push(ops).catch((error: unknown) => this.#refused(error));
    } catch (error) {
      this.#refused(error);
    }
  }

  /** What is written later stands on what was refused, so nobody else could read it. Told once, also when it is over. */
  #refused(error: unknown): void {
    if (this.#isRefused || error instanceof DocumentClosed) return; // closed: it is in the outbox, for the next visit
    this.#isRefused = true;
    this.#end();
    this.#parts.onRefused(error);
  }

  #onUpdate(origin: unknown): void {
    if (origin === this || this.#isClosed) return;
    this.#hasWritten = true;
    this.#isDirty = true;
    this.#timer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  #onDocument(): void {
    const record = this.#parts.document.get(this.#parts.id);
    if (isShape(record)) {
      this.#take(record);
      this.#parts.onChange();
      return;
    }
    this.#end();
    this.#parts.onGone();
  }

  #take({ rich = [] }: Shape): void {
    const unseen = rich.filter((update) => !this.#seen.has(update));
    for (const update of unseen) this.#seen.add(update);
    addUpdates(this.doc, unseen, this);
  }
}
