/**
 * Small values by key that all processes share. A value changes only from what it was known to be, so that of two who change it at once
 * one finds out. Each ends a while after it was last written.
 */
export interface PeopleStore {
  /** @throws ArenaError CLUSTER_UNAVAILABLE */
  read(key: string): Promise<string | undefined>;
  /**
   * Puts `next` in the place of `expected`, undefined standing for no value; says whether that was what was there. Doing it twice is as
   * good as once. @throws ArenaError CLUSTER_UNAVAILABLE
   */
  swap(key: string, expected: string | undefined, next: string | undefined): Promise<boolean>;
  close(): void;
}

/** A value that nobody writes for so long has ended. */
export const KEPT_MS = 5 * 60_000;
