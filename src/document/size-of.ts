const NUMBER_BYTES = 9;
const HEAD_BYTES = 3;

/** About how many bytes a plain value takes in MessagePack; cheap, and the same for the same value. */
export function sizeOf(value: unknown): number {
  if (typeof value === "string") return HEAD_BYTES + value.length;
  if (typeof value === "number") return NUMBER_BYTES;
  if (typeof value !== "object" || value === null) return 1;
  if (ArrayBuffer.isView(value)) return HEAD_BYTES + value.byteLength;
  let bytes = HEAD_BYTES;
  if (Array.isArray(value)) {
    for (const item of value) bytes += sizeOf(item);
    return bytes;
  }
  for (const key of Object.keys(value)) bytes += HEAD_BYTES + key.length + sizeOf(Reflect.get(value, key));
  return bytes;
}
