/** What a tick of a room says of itself, by the clock of the process that ran it; all are on one machine. */
export interface Stamp {
  readonly epoch: number;
  readonly tick: number;
  /** When it ran, in ms since 1970. */
  readonly atMs: number;
}

/** What is known of an owner's time. */
interface Reign {
  first: Stamp;
  last: Stamp;
  /** When its ticks ran, of the last of them. */
  readonly ticks: Map<number, number>;
}

/** How much of a room's time went with its process. */
export interface Loss {
  readonly roomId: string;
  /** When the last tick ran that is known of the owner before. */
  readonly endedAtMs: number;
  readonly lostMs: number;
}

const MAX_TICKS = 2000;
const MAX_DIGESTS = 200;

/**
 * Who acted for a room when, as its clients were told. Two owners never act at the same time, a client never hears of an older one
 * again, ticks go on, and all clients see the same at the same tick.
 */
export class RoomBook {
  readonly #roomId: string;
  readonly #wrong: (words: string) => void;
  readonly #reigns = new Map<number, Reign>();
  readonly #last = new Map<string, Stamp>();
  readonly #digests = new Map<string, { readonly digest: string; readonly client: string }>();
  readonly #judged = new Set<number>();
  /** Pairs of epochs that overlap. */
  readonly #overlaps = new Set<string>();

  constructor(roomId: string, wrong: (words: string) => void) {
    this.#roomId = roomId;
    this.#wrong = (words) => wrong(`${roomId}: ${words}`);
  }

  /** A client heard of a tick. */
  heard(client: string, stamp: Stamp): void {
    const last = this.#last.get(client);
    if (last && stamp.epoch < last.epoch)
      this.#wrong(`${client} heard tick ${stamp.tick} of epoch ${stamp.epoch} after one of epoch ${last.epoch}`);
    if (last && stamp.epoch === last.epoch && stamp.tick <= last.tick)
      this.#wrong(`${client} heard tick ${stamp.tick} of epoch ${stamp.epoch} after tick ${last.tick}`);
    this.#last.set(client, stamp);
    this.#extend(stamp);
  }

  /** What a client saw when a tick had run. */
  looked(client: string, { epoch, tick }: Stamp, digest: string): void {
    const key = `${epoch}/${tick}`;
    const known = this.#digests.get(key);
    if (known && known.digest !== digest)
      this.#wrong(`${client} and ${known.client} do not see the same at tick ${tick} of epoch ${epoch}`);
    if (!known) this.#digests.set(key, { digest, client });
    const [oldest] = this.#digests.keys();
    if (this.#digests.size > MAX_DIGESTS && oldest !== undefined) this.#digests.delete(oldest);
  }

  /** Losses that were not told of yet. At least as much was lost: ticks that nobody heard of count for nothing. */
  takeLosses(): readonly Loss[] {
    const epochs = [...this.#reigns.keys()].toSorted((one, other) => one - other);
    return epochs.flatMap((epoch, index) => {
      const before = this.#reigns.get(epochs[index - 1] ?? -1);
      const reign = this.#reigns.get(epoch);
      if (!before || !reign || this.#judged.has(epoch)) return [];
      this.#judged.add(epoch);
      return [{ roomId: this.#roomId, endedAtMs: before.last.atMs, lostMs: lostBetween(before, reign.first.tick) }];
    });
  }

  #extend(stamp: Stamp): void {
    const reign = this.#reigns.get(stamp.epoch);
    if (!reign) {
      this.#reigns.set(stamp.epoch, { first: stamp, last: stamp, ticks: new Map([[stamp.tick, stamp.atMs]]) });
      this.#judge(stamp.epoch);
      return;
    }
    if (reign.ticks.has(stamp.tick)) return;
    reign.ticks.set(stamp.tick, stamp.atMs);
    const [oldest] = reign.ticks.keys();
    if (reign.ticks.size > MAX_TICKS && oldest !== undefined) reign.ticks.delete(oldest);
    const isOutside = stamp.atMs < reign.first.atMs || stamp.atMs > reign.last.atMs;
    if (stamp.atMs < reign.first.atMs) reign.first = stamp;
    if (stamp.atMs > reign.last.atMs) reign.last = stamp;
    if (isOutside) this.#judge(stamp.epoch);
  }

  /** No two reigns overlap. */
  #judge(epoch: number): void {
    const reign = this.#reigns.get(epoch);
    for (const [other, { first, last }] of this.#reigns) {
      if (!reign || other === epoch) continue;
      const [earlier, later] = other < epoch ? [last, reign.first] : [reign.last, first];
      const pair = `${earlier.epoch}/${later.epoch}`;
      if (earlier.atMs <= later.atMs || this.#overlaps.has(pair)) continue;
      this.#overlaps.add(pair);
      const [one, two] = [earlier, later].map(({ tick, epoch }) => `tick ${tick} of epoch ${epoch}`);
      this.#wrong(`two owners at a time: ${one} ran ${earlier.atMs - later.atMs} ms after ${two}`);
    }
  }
}

/** From the tick with which the next owner went on to the last of the one before. */
function lostBetween({ last, ticks }: Reign, nextTick: number): number {
  if (nextTick > last.tick) return 0;
  const repeatedMs = ticks.get(nextTick);
  return repeatedMs === undefined ? Number.POSITIVE_INFINITY : last.atMs - repeatedMs;
}
