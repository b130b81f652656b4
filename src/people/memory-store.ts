import type { Clock } from "../clock/clock.ts";
import { KEPT_MS, type PeopleStore } from "./store.ts";

/** Values in the memory of one process, at most so many; the one written longest ago goes first. */
const MAX_VALUES = 100_000;

/** The store of a process on its own. */
export class PeopleMemoryStore implements PeopleStore {
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #values = new Map<string, { readonly value: string; readonly endsMs: number }>();

  constructor(clock: Pick<Clock, "nowMs">) {
    this.#clock = clock;
  }

  async read(key: string): Promise<string | undefined> {
    return this.#get(key);
  }

  async swap(key: string, expected: string | undefined, next: string | undefined): Promise<boolean> {
    const value = this.#get(key);
    if (value !== expected && value !== next) return false;
    this.#values.delete(key);
    if (next !== undefined) this.#values.set(key, { value: next, endsMs: this.#clock.nowMs() + KEPT_MS });
    for (const [oldest, { endsMs }] of this.#values) {
      if (endsMs > this.#clock.nowMs() && this.#values.size <= MAX_VALUES) break;
      this.#values.delete(oldest);
    }
    return true;
  }

  close(): void {
    this.#values.clear();
  }

  #get(key: string): string | undefined {
    const kept = this.#values.get(key);
    return kept && kept.endsMs > this.#clock.nowMs() ? kept.value : undefined;
  }
}
