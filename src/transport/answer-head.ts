const END = Buffer.from("\r\n\r\n");
const STATUS = /^HTTP\/1\.[01] (\d{3})/;
/** What a server of ours sends is a tenth of it. */
const MAX_BYTES = 16 * 1024;

/** The head of an answer, when all of it has come. */
export interface AnswerHead {
  readonly status: number;
  /** Everything that has come, the head first. */
  readonly bytes: Buffer;
  readonly headBytes: number;
}

/** Gathers the head of an HTTP answer. */
export class AnswerReader {
  #bytes = Buffer.alloc(0);

  /** Takes what came; gives the head when it is whole, "junk" where it will never be one. */
  take(bytes: Uint8Array): AnswerHead | "junk" | undefined {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const end = this.#bytes.indexOf(END);
    if (end < 0) return this.#bytes.length > MAX_BYTES ? "junk" : undefined;
    const headBytes = end + END.length;
    const status = STATUS.exec(this.#bytes.toString("latin1", 0, headBytes))?.[1];
    return status === undefined ? "junk" : { status: Number(status), bytes: this.#bytes, headBytes };
  }
}
