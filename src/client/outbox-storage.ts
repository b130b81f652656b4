import type { OutboxChange, OutboxHeader, StoredOutbox, StoredPush } from "./outbox.ts";

/**
 * Where outboxes are kept: at most one for each tab, or process, that has a document open. An outbox is named
 * `<document>/<anything>`, where neither part has a "/" in it, and only who has claimed it reads or changes it.
 */
export interface OutboxStorage {
  /** Whether what is kept here is still there after a reload. */
  readonly isPersistent: boolean;
  /** Names of the outboxes of a document, which is encoded as in them. */
  list(document: string): Promise<readonly string[]>;
  /** Takes the sole right to an outbox, whether it exists or not; undefined where somebody else has it. */
  claim(name: string): Promise<(() => void) | undefined>;
  load(name: string): Promise<StoredOutbox | undefined>;
  /** Makes changes, all or none, in this order; resolves when they are kept. */
  commit(name: string, changes: readonly OutboxChange[]): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Keeps outboxes for as long as the process, or the page, lives. What is opened with the same one takes over what is in it. */
export function memoryStorage(): OutboxStorage {
  const outboxes = new Map<string, { header: OutboxHeader; readonly pushes: Map<number, StoredPush> }>();
  const claimed = new Set<string>();
  return {
    isPersistent: false,
    list: async (document) => [...outboxes.keys()].filter((name) => name.startsWith(`${document}/`)),
    claim: async (name) => {
      if (claimed.has(name)) return undefined;
      claimed.add(name);
      return () => claimed.delete(name);
    },
    load: async (name) => {
      const found = outboxes.get(name);
      const pushes = [...(found?.pushes.values() ?? [])].sort((a, b) => a.serial - b.serial);
      return found && { header: found.header, pushes };
    },
    commit: async (name, changes) => {
      for (const { header, put, remove } of changes) {
        const { pushes } = outboxes.get(name) ?? { pushes: new Map<number, StoredPush>() };
        for (const push of put) pushes.set(push.serial, push);
        for (const serial of remove) pushes.delete(serial);
        outboxes.set(name, { header, pushes });
      }
    },
    remove: async (name) => void outboxes.delete(name),
  };
}
