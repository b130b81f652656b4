/**
 * Lets many callers share few waits. WAITAOF holds up its connection until the disk has everything that was sent before,
 * so at most one is under way, and one more covers all who came meanwhile.
 */
export class FsyncGate {
  readonly #wait: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param wait resolves when everything that was written before it was called is on the disk */
  constructor(wait: () => Promise<void>) {
    this.#wait = wait;
  }

  /** Resolves after a wait that began after this call; rejects as that wait does. */
  pass(): Promise<void> {
    if (this.#next) return this.#next;
    if (!this.#running) return this.#begin();
    this.#next = this.#running.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    const running = this.#wait().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
