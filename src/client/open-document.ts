import type { OpDocument } from "../document/document.ts";
import { browserStorage } from "./browser-storage.ts";
import { type Connection, connect } from "./connection.ts";
import { withDeadline } from "./deadline.ts";
import type { ExpiredAnswer } from "./identity-renewal.ts";
import { Listeners } from "./listeners.ts";
import { memoryStorage, type OutboxStorage } from "./outbox-storage.ts";
import type { Pace } from "./pacer.ts";
import type { ReplicaLimits } from "./replica-types.ts";
import { type RefusedPush, SharedDocument } from "./shared-document.ts";
import { type ClaimedOutbox, claimOutboxes, type TabOutboxes } from "./tab-outbox.ts";

/** How to open the document of a room. */
export interface OpenDocumentOptions<Op extends object, R extends object> {
  /** What the room's ops come to: the same rules as on the server. */
  readonly document: OpDocument<Op, R>;
  /** Under which its outboxes are kept; the same for the same document. @default made of address, room and join options */
  readonly name?: string | undefined;
  /** Where outboxes are kept. @default IndexedDB where there is that and Web Locks, otherwise memory */
  readonly storage?: OutboxStorage | undefined;
  /** Whom the view shows as the author of what one pushed, before the server says it. @default whom the token names */
  readonly userId?: string | undefined;
  /** @default 10,000 pushes or 8 MB that wait, 80 KB each, 64 on their way, 200 that can be undone */
  readonly limits?: Partial<ReplicaLimits> | undefined;
  /** How fast to send where much waits. @default three quarters of what a server lets through unless told otherwise */
  readonly pace?: Partial<Pace> | undefined;
  /**
   * Asked when the server no longer knows this client, which was away for longer than it remembers: it cannot tell which of so
   * many pushes it has taken. @default "resubmit" all, so that some may be there twice rather than not at all
   */
  readonly onExpired?: ((pushes: number) => ExpiredAnswer | Promise<ExpiredAnswer>) | undefined;
}

/** A storage that takes longer to open, or to find what it has, is done without. */
const STORAGE_TIMEOUT_MS = 5000;
/** What a tab left behind is delivered in this time, or the next time. */
const ORPHAN_TIMEOUT_MS = 60_000;
/** Connections that have a document open. A push does not say whose it is: the server takes it for that of the last hello. */
const occupied = new WeakSet<Connection>();

/**
 * Opens the document of the room that a connection leads to. It can be read and pushed to at once, online or not. Takes over
 * what a tab that is gone has left in its outbox; where several have, what the others left is delivered too, over connections
 * of their own, and what of that is refused is told to the listeners of this document.
 *
 * ```ts
 * const board = await openDocument(connection, { document: boardRules });
 * board.onChange((ids) => ids.forEach(redraw));
 * await board.push([{ t: "create", id: "1", type: "rect", g: {} }]); // it is on the server's disk
 * ```
 *
 * @throws Error where the connection has a document open, until that is closed
 */
export async function openDocument<Op extends object, R extends object>(
  connection: Connection,
  options: OpenDocumentOptions<Op, R>,
): Promise<SharedDocument<Op, R>> {
  if (occupied.has(connection)) {
    throw new Error("This connection has a document open; close that first, or open another connection.");
  }
  occupied.add(connection);
  const onClosed = (): void => void occupied.delete(connection);
  try {
    return await open(connection, options, onClosed);
  } catch (error) {
    onClosed();
    throw error;
  }
}

async function open<Op extends object, R extends object>(
  connection: Connection,
  options: OpenDocumentOptions<Op, R>,
  onClosed: () => void,
): Promise<SharedDocument<Op, R>> {
  const { url, room, options: joinOptions } = connection.options;
  const name = options.name ?? JSON.stringify([url, room, joinOptions ?? {}]);
  const { own, orphans } = await findOutboxes(connection, name, options.storage);
  const refusals = new Listeners<[RefusedPush<Op>]>();
  const document = new SharedDocument({ ...options, connection, claimed: own, refusals, onClosed });
  if (orphans.length > 0) void deliverAll(connection, orphans, { ...options, refusals });
  return document;
}

/** A browser that keeps nothing is no reason to do nothing: what is pushed is in memory then, as `isPersistent` says. */
async function findOutboxes(connection: Connection, name: string, given?: OutboxStorage): Promise<TabOutboxes> {
  const { clock } = connection;
  const find = async (): Promise<TabOutboxes> => {
    const storage = given ?? (await browserStorage()) ?? memoryStorage();
    return claimOutboxes(storage, name);
  };
  const letGo = ({ own, orphans }: TabOutboxes): void => {
    for (const { release } of [own, ...orphans]) release();
  };
  try {
    return await withDeadline(find(), { clock, timeoutMs: STORAGE_TIMEOUT_MS, late: letGo });
  } catch {
    return claimOutboxes(memoryStorage(), name);
  }
}

/** Options of a document, and who is told of what is refused of other outboxes. */
interface DeliveryOptions<Op extends object, R extends object> extends OpenDocumentOptions<Op, R> {
  readonly refusals: Listeners<[RefusedPush<Op>]>;
}

/** One after another, each over a connection of its own, since a connection speaks for one client. */
async function deliverAll<Op extends object, R extends object>(
  connection: Connection,
  orphans: readonly ClaimedOutbox[],
  options: DeliveryOptions<Op, R>,
): Promise<void> {
  for (const claimed of orphans) {
    if (connection.status === "closed") claimed.release();
    else await deliver(connection, claimed, options);
  }
}

async function deliver<Op extends object, R extends object>(
  connection: Connection,
  claimed: ClaimedOutbox,
  { refusals, ...options }: DeliveryOptions<Op, R>,
): Promise<void> {
  const own = connect(connection.options);
  const stop = connection.onStatus((status) => {
    if (status === "closed") void own.close();
  });
  const document = new SharedDocument({ ...options, connection: own, claimed });
  document.onRefused((refused) => refusals.tell(refused));
  try {
    await withDeadline(document.flushed(), { clock: connection.clock, timeoutMs: ORPHAN_TIMEOUT_MS });
  } catch {
    // it stays where it is, for the next who opens the document
  } finally {
    stop();
    await document.close();
    await own.close();
  }
}
