import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { Seen } from "./seen.ts";

/** Who this process is, and what it shares with the others of the cluster. */
export interface Signing {
  readonly secret: Buffer;
  readonly bootId: string;
}

const FORM = /^([\w-]{1,64})\.([1-9]\d{0,15})\.([\w-]{43})$/;

/**
 * Proofs that a text comes from a process of the cluster: `<boot>.<number>.<mac>`. One is worth something at the process that it was made
 * for, until that is started anew, and once. Nothing in it depends on what time it is anywhere.
 */
export class Proofs {
  readonly #signing: Signing;
  readonly #seen = new Seen();
  #count = 0;

  constructor(signing: Signing) {
    this.#signing = signing;
  }

  /** A proof of `text` for the process `to`. It does not hide the text. */
  make(text: string, to: string): string {
    const from = `${this.#signing.bootId}.${++this.#count}`;
    return `${from}.${this.#mac(from, to, text)}`;
  }

  /** Whether `proof` is one of `text` for this process, used or not; takes the same time whatever is wrong in it. */
  isRight(text: string, proof: string): boolean {
    const [, caller, number, given = ""] = FORM.exec(proof) ?? [];
    const right = this.#mac(`${caller}.${number}`, this.#signing.bootId, text);
    return given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right));
  }

  /** Whether it is right and was not used before; it is used then. */
  use(text: string, proof: string): boolean {
    const [caller = "", number] = proof.split(".");
    return this.isRight(text, proof) && this.#seen.isFirst(caller, Number(number));
  }

  #mac(from: string, to: string, text: string): string {
    return createHmac("sha256", this.#signing.secret).update(`${from}\n${to}\n${text}`).digest("base64url");
  }
}

/** What stands for a body in what is signed. */
export function digest(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("base64url");
}
