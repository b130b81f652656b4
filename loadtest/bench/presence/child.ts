import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** What a measured process can be asked, by name; questions and answers are JSON. */
export type Answers = Readonly<Record<string, (asked: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly method: string;
  readonly asked: unknown;
}

/** Answers the process that started this one, and ends with it. */
export function answerParent(answers: Answers): void {
  process.once("disconnect", () => process.exit());
  process.on("message", ({ id, method, asked }: Question) => {
    const answer = async (): Promise<unknown> => answers[method]?.(asked as never); // as the asker's side declares it
    answer().then(
      (said) => process.send?.({ id, said }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
  process.send?.({ id: 0 });
}

/** Milliseconds since 1970 with fractions, the same in all processes of a machine. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** A process that answers. */
export class Child {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #ids = 0;

  private constructor(entry: string, args: readonly string[]) {
    this.#child = fork(entry, args);
    this.#ended = once(this.#child, "close");
    this.#child.on("message", ({ id, said, error }: { id: number; said?: unknown; error?: string }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(said);
      else waiting?.reject(new Error(error));
    });
    void this.#ended.then(() => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${entry} ended by itself.`));
    });
  }

  /** Resolves when it answers. */
  static async start(entry: string, args: readonly string[]): Promise<Child> {
    const child = new Child(entry, args);
    const ready = Promise.withResolvers<unknown>();
    child.#waiting.set(0, ready);
    await ready.promise;
    return child;
  }

  async ask<T>(method: string, asked: unknown = null): Promise<T> {
    const id = ++this.#ids;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#child.send({ id, method, asked } satisfies Question);
    return (await waiting.promise) as T; // our own process' answer
  }

  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
