/** Whether two plain values say the same. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return isSameBytes(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const fields = Object.entries(a);
  const others: Record<string, unknown> = { ...b };
  if (fields.length !== Object.keys(others).length) return false;
  return fields.every(([key, value]) => key in others && isSame(value, others[key]));
}

function isSameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.byteLength !== b.byteLength) return false;
  const other = new Uint8Array(b.buffer, b.byteOffset, b.byteLength);
  return new Uint8Array(a.buffer, a.byteOffset, a.byteLength).every((byte, index) => byte === other[index]);
}
