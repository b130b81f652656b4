/** Directions as Colyseus takes them. */
export type Direction = 1 | -1 | "asc" | "desc" | "ascending" | "descending";

/** Ends a text inside a key; texts hold none, see {@link escaped}. */
const END_OF_TEXT = "\u0001";
const LONGEST_TEXT = 200;

/**
 * A text that sorts, byte by byte, as the values do: first by the first, then by the second. Numbers come before texts, what is
 * neither comes first of all. Of texts the first 200 characters count.
 */
export function sortKey(values: readonly (readonly [value: unknown, direction: Direction])[]): string {
  return values
    .map(([value, direction]) => (isDescending(direction) ? inverted(encode(value)) : encode(value)))
    .join("");
}

function isDescending(direction: Direction): boolean {
  return direction === -1 || direction === "desc" || direction === "descending";
}

/** Only hexadecimal digits, so that a key inverted digit by digit sorts the other way round; the end sorts before every digit. */
function encode(value: unknown): string {
  if (typeof value === "number" && !Number.isNaN(value)) return `1${numberKey(value)}`;
  if (typeof value === "boolean") return `1${numberKey(Number(value))}`;
  if (typeof value !== "string") return "0";
  return `2${Buffer.from(value.slice(0, LONGEST_TEXT)).toString("hex")}${END_OF_TEXT}`;
}

const BYTES = 8;

/** Sixteen digits that sort as the numbers do: the bits of the float, the sign turned, those of negative ones all turned. */
function numberKey(value: number): string {
  const bits = Buffer.alloc(BYTES);
  bits.writeDoubleBE(value === 0 ? 0 : value); // -0 is 0
  const isNegative = (bits[0] ?? 0) >= 0x80;
  if (isNegative) return Buffer.from(bits.map((byte) => byte ^ 0xff)).toString("hex");
  bits[0] = (bits[0] ?? 0) ^ 0x80;
  return bits.toString("hex");
}

function inverted(key: string): string {
  return [...key]
    .map((digit) => (digit === END_OF_TEXT ? "g" : (0xf - Number.parseInt(digit, 16)).toString(16)))
    .join("");
}
