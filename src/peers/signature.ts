import { createHmac, timingSafeEqual } from "node:crypto";

/** Who is spoken to: what is signed for one process is worth nothing at another, nor after it was started anew. */
export interface Signing {
  readonly secret: Buffer;
  readonly bootId: string;
}

/** What proves that `text` comes from a process of the cluster. It does not hide the text, and has no end of its own. */
export function sign(text: string, { secret, bootId }: Signing): string {
  return createHmac("sha256", secret).update(`${bootId}\n${text}`).digest("base64url");
}

/** Whether `proof` is that of `text`; takes the same time whatever is wrong. */
export function isSigned(text: string, proof: string, signing: Signing): boolean {
  const [given, right] = [Buffer.from(proof), Buffer.from(sign(text, signing))];
  return given.length === right.length && timingSafeEqual(given, right);
}
