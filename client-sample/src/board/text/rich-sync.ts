/** The text of a shape while somebody writes in it: a Yjs document that follows the shape's, and is followed by it. */
import { Doc, mergeUpdates } from "yjs";
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
/** An update larger than this is pushed by itself, so that none is too large because of others. */
const MAX_MERGED_BYTES = 32 * 1024;

/** Keeps a Yjs document and the text of a shape the same. What comes twice is there once: that is Yjs' nature. */
export class RichSync {
  readonly doc = new Doc();
  readonly #parts: RichSyncParts;
  readonly #seen = new WeakSet<Uint8Array>();
  readonly #stop: Stop;
  /** What turned a text without looks into this one; pushed with the first words. */
  #seed: Uint8Array | undefined;
  #pending: Uint8Array[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasWritten = false;
  #isRefused = false;
  #isClosed = false;

  constructor(parts: RichSyncParts, shape: Shape) {
    this.#parts = parts;
    if (!shape.rich) this.#seed = seedUpdate(shape.g.text ?? "");
    addUpdates(this.doc, this.#seed ? [this.#seed] : [], this);
    this.#take(shape);
    this.doc.on("update", (update: Uint8Array, origin: unknown) => this.#onUpdate(update, origin));
    this.#stop = parts.document.onChange((ids) => {
      if (ids.includes(parts.id)) this.#onDocument();
    });
  }

  /** Whether this person has written anything since it was opened. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /** Pushes what was written and is not pushed yet. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.length === 0 || this.#isClosed) return;
    const { id, withWords } = this.#parts;
    const updates = merged(this.#seed ? [this.#seed, ...this.#pending] : this.#pending);
    this.#pending = [];
    this.#seed = undefined;
    const last = updates.at(-1);
    for (const u of updates) this.#push([{ t: "y", id, u }, ...(u === last ? withWords() : [])]);
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

  #onUpdate(update: Uint8Array, origin: unknown): void {
    if (origin === this || this.#isClosed) return;
    this.#hasWritten = true;
    this.#pending.push(update);
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

function merged(updates: readonly Uint8Array[]): readonly Uint8Array[] {
  const bytes = updates.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return bytes > MAX_MERGED_BYTES ? updates : [mergeUpdates([...updates])];
}
