/** Ids that were revoked, each for as long as a token with it could still be used. Pure: whoever asks says what time it is. */
export interface Revocations {
  /** Revokes `id`, or lengthens it. "full" where `maxEntries` others still count: then nothing changed. */
  add(id: string, nowMs: number): "added" | "full";
  /** Whether `id` is revoked at `nowMs`. */
  has(id: string, nowMs: number): boolean;
  /** How many entries are held, at most `maxEntries`. */
  readonly size: number;
}

/**
 * An empty list.
 *
 * @param maxEntries most entries at a time. A full list refuses rather than forgetting an entry early, which would
 * make a revoked token good again
 * @param lifeMs how long an entry counts
 */
export function createRevocations(maxEntries: number, lifeMs: number): Revocations {
  // All entries live equally long, so the order in which they came is the order in which they end.
  const endsAtMs = new Map<string, number>();

  const dropEnded = (nowMs: number): void => {
    for (const [id, endMs] of endsAtMs) {
      if (endMs > nowMs) return;
      endsAtMs.delete(id);
    }
  };

  return {
    add(id, nowMs) {
      dropEnded(nowMs);
      if (endsAtMs.size >= maxEntries && !endsAtMs.has(id)) return "full";
      endsAtMs.delete(id);
      endsAtMs.set(id, nowMs + lifeMs);
      return "added";
    },
    has: (id, nowMs) => (endsAtMs.get(id) ?? Number.NEGATIVE_INFINITY) > nowMs,
    get size() {
      return endsAtMs.size;
    },
  };
}
