/** 12 bytes are 16 characters. */
const BYTES = 12;

/** An id for a shape that nobody else makes: 16 characters of base64url. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}
