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
  const found: ClaimedOutbox[] = [];
  for (const name of await storage.list(document)) {
    const claimed = await claimExisting(storage, name);
    if (claimed) found.push(claimed);
  }
  const [own, ...others] = found.sort((a, b) => b.outbox.pushes.length - a.outbox.pushes.length);
  const orphans = others.filter(({ outbox }) => outbox.pushes.length > 0);
  for (const empty of others.filter((other) => !orphans.includes(other))) await discard(empty);
  return { own: own ?? (await create(storage, document)), orphans };
}

/** Removes an outbox and gives up the right to it. */
export async function discard({ storage, name, release }: ClaimedOutbox): Promise<void> {
  try {
    await storage.remove(name);
  } finally {
    release();
  }
}

async function claimExisting(storage: OutboxStorage, name: string): Promise<ClaimedOutbox | undefined> {
  const release = await storage.claim(name);
  if (!release) return undefined;
  const outbox = await storage.load(name);
  if (outbox) return { name, outbox, storage, release };
  release(); // whoever had it has just removed it
  return undefined;
}

async function create(storage: OutboxStorage, document: string): Promise<ClaimedOutbox> {
  const name = `${document}/${randomId()}`;
  const release = (await storage.claim(name)) ?? (() => {}); // nobody else can know this name
  return { name, outbox: emptyOutbox(newIdentity()), storage, release };
}
