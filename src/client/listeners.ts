/** Ends what it was returned for; calling it again does nothing. */
export type Stop = () => void;

/** Those who want to be told of something. One that throws keeps no other from being told. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #listeners = new Set<(...args: Args) => void>();

  add(listener: (...args: Args) => void): Stop {
    const own = (...args: Args): void => listener(...args); // the same function may listen twice
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  tell(...args: Args): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(...args);
      } catch (error) {
        reportError(error);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** A mistake of the app's: seen where it looks for its mistakes, without harm to what this library does. */
function reportError(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
