import { emptyOutbox, type StoredOutbox } from "./outbox.ts";
import type { OutboxStorage } from "./outbox-storage.ts";
import { newIdentity, randomId } from "./secrets.ts";

/** An outbox to which this tab has the sole right. */
export interface ClaimedOutbox {
  readonly name: string;
  readonly outbox: StoredOutbox;
  readonly storage: OutboxStorage;
  release(): void;
}

/** What a tab found in a storage. */
export interface TabOutboxes {
  /** Its own. */
  readonly own: ClaimedOutbox;
  /** Of tabs that are gone, with pushes that nobody delivered. */
  readonly orphans: readonly ClaimedOutbox[];
}

/**
 * Takes an outbox of a document for this tab: one that nobody has any more, with what is in it, or a new one. What else lies
 * about unclaimed is claimed too where it holds pushes, and removed where it is empty.
 */
export async function claimOutboxes(storage: OutboxStorage, document: string): Promise<TabOutboxes> {
  const key = encodeURIComponent(document); // else the outboxes of "a/b" would be those of "a" too
  const found = await claimAll(storage, key);
  const [own, ...others] = found.sort((a, b) => b.outbox.pushes.length - a.outbox.pushes.length);
  const orphans = others.filter(({ outbox }) => outbox.pushes.length > 0);
  for (const empty of others.slice(orphans.length)) await discard(empty).catch(() => {}); // one that stays does no harm
  return { own: own ?? (await create(storage, key)), orphans };
}

/** Removes an outbox and gives up the right to it. */
export async function discard({ storage, name, release }: ClaimedOutbox): Promise<void> {
  try {
    await storage.remove(name);
  } finally {
    release();
  }
}

/** All that nobody has, or none where one cannot be read: nobody would give up the others. */
async function claimAll(storage: OutboxStorage, key: string): Promise<ClaimedOutbox[]> {
  const found: ClaimedOutbox[] = [];
  try {
    for (const name of await storage.list(key)) {
      const claimed = await claimExisting(storage, name);
      if (claimed) found.push(claimed);
    }
    return found;
  } catch (error) {
    for (const { release } of found) release();
    throw error;
  }
}

async function claimExisting(storage: OutboxStorage, name: string): Promise<ClaimedOutbox | undefined> {
  const release = await storage.claim(name);
  if (!release) return undefined;
  try {
    const outbox = await storage.load(name);
    if (outbox) return { name, outbox, storage, release };
  } catch (error) {
    release();
    throw error;
  }
  release(); // whoever had it has just removed it
  return undefined;
}

async function create(storage: OutboxStorage, key: string): Promise<ClaimedOutbox> {
  const name = `${key}/${randomId()}`;
  const release = (await storage.claim(name)) ?? (() => {}); // nobody else can know this name
  return { name, outbox: emptyOutbox(newIdentity()), storage, release };
}
