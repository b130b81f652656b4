import { ArenaError } from "../errors/errors.ts";

/** Each is held in memory until it is whole. */
const MAX_UPLOADS = 32;
const MAX_UPLOADS_OF_ONE = 4;

/** The bodies that are on their way. */
export class Uploads {
  readonly #counts = new Map<string, number>();
  #total = 0;

  /**
   * Counts one more.
   *
   * @param who whose it is
   * @returns what ends it, to be called once
   * @throws {ArenaError} IMAGES_BUSY where there are as many as the node takes, or takes of one
   */
  begin(who: string): () => void {
    const count = this.#counts.get(who) ?? 0;
    if (this.#total >= MAX_UPLOADS || count >= MAX_UPLOADS_OF_ONE) throw new ArenaError("IMAGES_BUSY");
    this.#total++;
    this.#counts.set(who, count + 1);
    return () => this.#end(who);
  }

  #end(who: string): void {
    this.#total--;
    const count = (this.#counts.get(who) ?? 1) - 1;
    if (count === 0) this.#counts.delete(who);
    else this.#counts.set(who, count);
  }
}
