import type { Cluster } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Peers } from "../peers/peers.ts";
import type { Presence } from "../presence/presence.ts";
import type { Current, Sessions } from "./sessions.ts";

/** Where a user's current session is. */
export interface Whereabouts extends Current {
  readonly bootId: string;
}

/** What a courier is made of. */
export interface CourierParts {
  readonly cluster: Pick<Cluster, "identity" | "node" | "nodes">;
  readonly peers: Pick<Peers, "call" | "on">;
  readonly presence: Pick<Presence, "of">;
  readonly sessions: Sessions;
  /** What a process that cannot be told was to be told of. */
  readonly onFailed: (error: unknown) => void;
}

/** A message for users or for one session of a process. */
interface Delivery {
  readonly userIds?: readonly string[];
  readonly sessionId?: string;
  readonly type: string;
  readonly payload: unknown;
}

const DELIVER = "people:deliver";
const WHO = "people:who";
/** Between the moments at which a process hears that another is gone. */
const DEADLINE_MS = 1500;

/**
 * Reaches users wherever they are: presence says in which processes, and each of those tells its own sessions. By calls rather than by a
 * channel of Redis: they reach the few processes that a user is in and no other, and it is known whether they arrived.
 */
export class Courier {
  readonly #parts: CourierParts;
  readonly #handlers = new Map<string, (payload: unknown) => unknown>();

  constructor(parts: CourierParts) {
    this.#parts = parts;
    const { sessions } = parts;
    this.on(WHO, (userId) => sessions.current(String(userId)) ?? null);
    this.on(DELIVER, (payload) => this.#deliver(payload as Delivery));
  }

  /** Answers calls of any process of the cluster; they are our own code's, and proven to be. */
  on(method: string, handler: (payload: unknown) => unknown): void {
    this.#handlers.set(method, handler);
    this.#parts.peers.on(method, async (payload) => handler(payload));
  }

  /** Calls a process, this one too. @throws ArenaError PEER_UNREACHABLE, PEER_UNCERTAIN; what the handler throws */
  async call(bootId: string, method: string, payload: unknown): Promise<unknown> {
    const { cluster, peers } = this.#parts;
    if (bootId === cluster.identity.bootId) return this.#handlers.get(method)?.(payload);
    const node = cluster.node(bootId);
    if (!node) throw new ArenaError("PEER_UNREACHABLE");
    return peers.call(node, method, payload, DEADLINE_MS);
  }

  /** Whether a process is there, as far as is known. */
  knows(bootId: string): boolean {
    const { cluster } = this.#parts;
    return bootId === cluster.identity.bootId || cluster.node(bootId) !== undefined;
  }

  /** Processes in which a user has sessions. @throws ArenaError CLUSTER_UNAVAILABLE */
  async bootsOf(userId: string): Promise<readonly string[]> {
    const { cluster, presence, sessions } = this.#parts;
    const { [userId]: user } = await presence.of([userId]);
    const boots = this.boots(user?.sessions.map(({ nodeId }) => nodeId) ?? []);
    const isHere = sessions.has(userId); // presence is told a moment later
    return isHere ? [...new Set([...boots, cluster.identity.bootId])] : boots;
  }

  /** The processes of those names. */
  boots(nodeIds: readonly string[]): readonly string[] {
    const names = new Set(nodeIds);
    const { cluster } = this.#parts;
    const all = new Map([...cluster.nodes(), cluster.identity].map(({ nodeId, bootId }) => [nodeId, bootId]));
    return [...all].flatMap(([nodeId, bootId]) => (names.has(nodeId) ? [bootId] : []));
  }

  /** The session that a user used last, of those that take part. @throws ArenaError CLUSTER_UNAVAILABLE */
  async find(userId: string): Promise<Whereabouts | undefined> {
    const asked = (await this.bootsOf(userId)).map(async (bootId) => {
      const current = await this.call(bootId, WHO, userId).catch((error) => this.#parts.onFailed(error));
      return current ? [{ ...(current as Current), bootId }] : [];
    });
    const found = (await Promise.all(asked)).flat();
    return found.toSorted((one, other) => one.idleMs - other.idleMs)[0];
  }

  /** Tells one session; says whether it was there. */
  async sendTo({ bootId, sessionId }: Whereabouts, type: string, payload: unknown): Promise<boolean> {
    const delivery: Delivery = { sessionId, type, payload };
    return (await this.call(bootId, DELIVER, delivery).catch((error) => this.#parts.onFailed(error))) === true;
  }

  /** Tells all sessions of users; who cannot be reached now misses it. */
  async send(userIds: readonly string[], type: string, payload: unknown): Promise<void> {
    try {
      const boots = new Set((await Promise.all(userIds.map((userId) => this.bootsOf(userId)))).flat());
      const delivery: Delivery = { userIds, type, payload };
      await Promise.all([...boots].map((bootId) => this.call(bootId, DELIVER, delivery)));
    } catch (error) {
      this.#parts.onFailed(error);
    }
  }

  #deliver({ userIds = [], sessionId, type, payload }: Delivery): boolean {
    const { sessions } = this.#parts;
    for (const userId of userIds) sessions.send(userId, type, payload);
    return sessionId != null && sessions.sendTo(sessionId, type, payload);
  }
}
