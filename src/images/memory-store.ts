import { type FoundImage, type ImageStore, priceOf } from "./store.ts";

const PART_BYTES = 256 * 1024;

/** A store whose images end with the process: for tests, and beside documents that end with it too. */
export function createMemoryStore(): ImageStore {
  const images = new Map<string, FoundImage>();
  const paidBy = new Map<string, Map<string, number>>();
  const usedBytes = (account: string): number => {
    let sum = 0;
    for (const bytes of paidBy.get(account)?.values() ?? []) sum += bytes;
    return sum;
  };

  return {
    description: "memory",
    async put(image, content, charges) {
      const due = charges.filter(({ account }) => !paidBy.get(account)?.has(image.hash));
      for (const charge of due) {
        const used = usedBytes(charge.account);
        if (used + priceOf(image) > charge.maxBytes) return { isKept: false, charge, usedBytes: used };
      }
      for (const { account } of due) {
        paidBy.set(account, (paidBy.get(account) ?? new Map()).set(image.hash, priceOf(image)));
      }
      const isNew = !images.has(image.hash);
      if (isNew) images.set(image.hash, { ...image, read: () => partsOf(content.slice()) });
      return { isKept: true, isNew };
    },
    find: async (hash) => images.get(hash),
    usedBytes: async (account) => usedBytes(account),
    close: async () => {},
  };
}

async function* partsOf(content: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < content.length; at += PART_BYTES) yield content.subarray(at, at + PART_BYTES);
}
