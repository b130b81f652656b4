import type { OutboxChange, OutboxHeader, StoredPush } from "./outbox.ts";
import type { OutboxStorage } from "./outbox-storage.ts";

const DATABASE = "arena-outboxes";
/** Key: name of the outbox. */
const HEADERS = "headers";
/** Key: name of the outbox and serial. */
const PUSHES = "pushes";
const BOTH = [HEADERS, PUSHES];
/** Sorts after everything that may follow the "/" in a name. */
const LAST = "\uffff";

/**
 * Keeps outboxes in IndexedDB, and the rights to them as Web Locks, which end with the tab. Undefined where this place has not
 * both: outside of browsers, and on pages without https.
 *
 * @throws DOMException where the browser does not let this page keep anything
 */
export async function browserStorage(): Promise<OutboxStorage | undefined> {
  if (typeof indexedDB === "undefined" || typeof navigator === "undefined" || !navigator.locks) return undefined;
  const database = await open();
  return {
    isPersistent: true,
    list: async (document) => {
      const range = IDBKeyRange.bound(`${document}/`, `${document}/${LAST}`);
      const names = await answer(database.transaction(HEADERS).objectStore(HEADERS).getAllKeys(range));
      return names.map(String);
    },
    claim,
    load: async (name) => {
      const transaction = database.transaction(BOTH);
      const header = answer<OutboxHeader | undefined>(transaction.objectStore(HEADERS).get(name));
      const pushes = answer<StoredPush[]>(transaction.objectStore(PUSHES).getAll(pushesOf(name)));
      const found = await header;
      return found && { header: found, pushes: await pushes };
    },
    commit: async (name, changes) => {
      const transaction = database.transaction(BOTH, "readwrite", { durability: "strict" }); // nothing is sent before
      for (const change of changes) write(transaction, name, change);
      await ended(transaction);
    },
    remove: async (name) => {
      const transaction = database.transaction(BOTH, "readwrite");
      transaction.objectStore(HEADERS).delete(name);
      transaction.objectStore(PUSHES).delete(pushesOf(name));
      await ended(transaction);
    },
  };
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    for (const store of BOTH) request.result.createObjectStore(store);
  };
  return answer(request);
}

function write(transaction: IDBTransaction, name: string, { header, put, remove }: OutboxChange): void {
  transaction.objectStore(HEADERS).put(header, name);
  const pushes = transaction.objectStore(PUSHES);
  for (const push of put) pushes.put(push, [name, push.serial]);
  for (const serial of remove) pushes.delete([name, serial]);
}

/** Serials are positive, so their keys lie in this range, in their order. */
function pushesOf(name: string): IDBKeyRange {
  return IDBKeyRange.bound([name, 0], [name, Number.MAX_SAFE_INTEGER]);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

function claim(name: string): Promise<(() => void) | undefined> {
  const claimed = Promise.withResolvers<(() => void) | undefined>();
  const released = Promise.withResolvers<void>();
  navigator.locks
    .request(`${DATABASE}/${name}`, { ifAvailable: true }, (lock) => {
      claimed.resolve(lock ? () => released.resolve() : undefined);
      return lock ? released.promise : undefined;
    })
    .catch(claimed.reject);
  return claimed.promise;
}
