/** How a bot gets into a room. */
export interface Ways<R> {
  /** Whichever room the server gives. */
  readonly find: () => Promise<R>;
  /** A room of its own. */
  readonly begin: () => Promise<R>;
  /** The room that another began. */
  readonly follow: (roomId: string) => Promise<R>;
}

/** Brings bots into rooms of given sizes, one room after another: the first of a party begins the room, the others follow. */
export class Parties<R extends { readonly roomId: string }> {
  readonly #sizes: readonly number[];
  readonly #random: () => number;
  #missing = 0;
  #room: Promise<R> | undefined;

  /** @param sizes one of them, by chance, is the number of bots of each party; none where the server is to fill the rooms */
  constructor(sizes: readonly number[], random: () => number) {
    this.#sizes = sizes;
    this.#random = random;
  }

  /** The bot's room. A room that could not be begun fails its whole party. */
  async enter({ find, begin, follow }: Ways<R>): Promise<R> {
    if (this.#sizes.length === 0) return find();
    if (!this.#room || this.#missing === 0) {
      this.#missing = (this.#sizes[Math.floor(this.#random() * this.#sizes.length)] ?? 1) - 1;
      this.#room = begin();
      return this.#room;
    }
    this.#missing--;
    return follow((await this.#room).roomId);
  }
}
