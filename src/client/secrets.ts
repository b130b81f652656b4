import type { ClientIdentity } from "./outbox.ts";

const ID_BYTES = 16;

/** 128 random bits as 32 hexadecimal digits, good enough for a secret. */
export function randomId(): string {
  // biome-ignore lint/style/noRestrictedGlobals: neither a Clock nor node:crypto is a source of secrets in browsers and Node alike
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** An identity that nobody had before. */
export function newIdentity(): ClientIdentity {
  return { clientId: randomId(), key: randomId() };
}
