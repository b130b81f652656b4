/** Deeper than this nothing is meant to be, and what contains itself is found out. */
const MAX_DEPTH = 64;

/**
 * Checks that a value is the same to the server: objects without a class, arrays, strings, finite numbers, booleans, null,
 * bytes, and fields that are undefined.
 *
 * @param path what to call the value
 * @throws TypeError that names the first part which is none of these
 */
export function assertPlain(value: unknown, path: string, depth = 0): void {
  if (isPlainLeaf(value)) return;
  if (depth > MAX_DEPTH) throw new TypeError(`${path} lies more than ${MAX_DEPTH} levels deep.`);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) assertPlain(item, `${path}[${index}]`, depth + 1);
  } else if (isPlainObject(value)) {
    for (const [key, field] of Object.entries(value)) {
      if (field !== undefined) assertPlain(field, `${path}.${key}`, depth + 1);
    }
  } else {
    throw new TypeError(`${path} is ${describe(value)}, which cannot be sent.`);
  }
}

function isPlainLeaf(value: unknown): boolean {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return true;
  return Number.isFinite(value) || value instanceof Uint8Array;
}

/** Also one of another realm, as a frame of the page is. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value);
  return typeof value === "object" ? `a ${value?.constructor?.name ?? "object"}` : `a ${typeof value}`;
}
