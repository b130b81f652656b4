import type { Box, Stop } from "../words.ts";

/** What a tool shows beside the shapes while it is at work: the frame that selects, and what the eraser has passed. */
export class Marks {
  readonly #listeners = new Set<() => void>();
  #marquee: Box | undefined;
  #erasing: ReadonlySet<string> = new Set();

  /** The frame that is being drawn around what is to be selected. */
  get marquee(): Box | undefined {
    return this.#marquee;
  }

  set marquee(box: Box | undefined) {
    this.#marquee = box;
    this.#tell();
  }

  /** Ids of the shapes that will be gone when the eraser is lifted. */
  get erasing(): ReadonlySet<string> {
    return this.#erasing;
  }

  set erasing(ids: ReadonlySet<string>) {
    this.#erasing = ids;
    this.#tell();
  }

  /** Tells of every change. */
  onChange(listener: () => void): Stop {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
