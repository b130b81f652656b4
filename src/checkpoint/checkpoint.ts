/**
 * checkpoint: rooms that outlive their process. Keeps how each was a moment ago, and gives it back to whoever has the room next.
 *
 * Owns when a room is kept, how large that may be, where, and that nobody writes who no longer has the room: each write carries
 * the owner's epoch and is refused in the same step where a later one is stored. What a checkpoint says only rooms know. Below
 * room in the path of a session. Keeps CKP1 to CKP3.
 */
import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type Checkpoint, unseal } from "./envelope.ts";
import { Keeper, type KeptRoom } from "./keeper.ts";
import { createLmdbStore, type OnDamaged } from "./lmdb-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import { createRedisStore } from "./redis-store.ts";
import type { CheckpointHead, CheckpointStore, StoredCheckpoint } from "./store.ts";

export { decode, encode } from "./codec.ts";
export type { Checkpoint } from "./envelope.ts";
export type { Capture, Keeper, KeptRoom } from "./keeper.ts";
export type { CheckpointHead } from "./store.ts";

/** What checkpoints are opened with. */
export interface CheckpointsOptions {
  /** `auto` is redis where there is a `redisUrl`, else lmdb. */
  readonly kind: "auto" | "lmdb" | "redis" | "memory";
  /** Folder of LMDB's database. */
  readonly path: string;
  /** Empty where there is none. */
  readonly redisUrl: string;
  /** Beginning of every key in Redis. Default: arena. */
  readonly redisPrefix?: string;
  /** Of this process. */
  readonly bootId: string;
  /** Largest checkpoint of a room; one that is larger goes on without. */
  readonly maxCheckpointBytes: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Epoch under which this process has a room. */
  readonly epochOf: (roomId: string) => number | undefined;
}

/** The checkpoints that a process writes and reads. */
export interface Checkpoints {
  /** Keeps a room from now on. */
  keep(room: KeptRoom): Keeper;
  /**
   * Takes a room that this process owns: from now on older owners keep nothing. Gives its last checkpoint.
   *
   * @throws ArenaError LOG_FENCED where a later epoch has it; ROOM_NOT_RESTORED where what is kept of it is damaged or of another version;
   *   LOG_UNAVAILABLE, LOG_UNCERTAIN where the store cannot say what is
   */
  take(roomId: string): Promise<Checkpoint | undefined>;
  /** The last checkpoint of a room of any process. @throws Error where it cannot be read */
  find(roomId: string): Promise<Checkpoint | undefined>;
  /** Whether somebody waits for a room of any process that was kept. @throws ArenaError CLUSTER_UNAVAILABLE where that cannot be read */
  isAwaited(roomId: string): Promise<boolean>;
  /** Rooms that a process wrote or took last and that have not ended, those with the most sessions first; some may be left out unread. */
  roomsOf(bootId: string, isLeftOut?: (roomId: string) => boolean): Promise<readonly CheckpointHead[]>;
  /** Boots, also of processes that are gone, which have such rooms. */
  boots(): Promise<readonly string[]>;
  /** Forgets a room that nobody needs, or that cannot be made again from what is kept, unless a later epoch has it. */
  forget(room: Pick<CheckpointHead, "roomId" | "epoch">): Promise<void>;
  close(): Promise<void>;
}

/** Failures are told of no more often than this. */
const REPORT_MS = 5000;

/** Opens the place where a process keeps its rooms. @throws ArenaError CONFIG_INVALID, LOG_UNAVAILABLE */
export async function openCheckpoints(options: CheckpointsOptions): Promise<Checkpoints> {
  return checkpointsIn(await openStore(options), options);
}

/** Checkpoints in a store that is open. */
export function checkpointsIn(
  store: CheckpointStore,
  parts: Pick<CheckpointsOptions, "bootId" | "maxCheckpointBytes" | "clock" | "telemetry" | "epochOf">,
): Checkpoints {
  const { bootId, maxCheckpointBytes: maxBytes, clock, telemetry, epochOf } = parts;
  const onFailed = reporter(clock, telemetry);
  let lastNumber = 0;
  const nextNumber = (): number => ++lastNumber;
  return {
    keep: (room) => new Keeper({ clock, telemetry, store, bootId, maxBytes, epochOf, nextNumber, onFailed }, room),
    take: async (roomId) => {
      const epoch = epochOf(roomId);
      if (epoch === undefined) return undefined; // a room of the app's own, under an id that nobody had before
      const taken = await store.take(roomId, { epoch, bootId }).catch((cause: unknown) => {
        throw cause instanceof ArenaError ? cause : new ArenaError("LOG_UNAVAILABLE", "", { cause });
      });
      if (!taken.isTaken) throw new ArenaError("LOG_FENCED", "", { details: { roomId } });
      return taken.checkpoint && readable(taken.checkpoint);
    },
    find: async (roomId) => {
      const found = await store.find(roomId);
      return found && unseal(found);
    },
    isAwaited: async (roomId) => {
      const head = await store.headOf(roomId).catch((cause: unknown) => {
        throw new ArenaError("CLUSTER_UNAVAILABLE", "", { cause });
      });
      return (head?.sessions ?? 0) > 0;
    },
    roomsOf: (boot, isLeftOut) => store.roomsOf(boot, isLeftOut),
    boots: () => store.boots(),
    forget: ({ roomId, epoch }) => store.end(roomId, epoch),
    close: () => store.close(),
  };
}

/** @throws ArenaError ROOM_NOT_RESTORED */
function readable(stored: StoredCheckpoint): Checkpoint {
  try {
    return unseal(stored);
  } catch (cause) {
    throw new ArenaError("ROOM_NOT_RESTORED", "", { cause });
  }
}

async function openStore(options: CheckpointsOptions): Promise<CheckpointStore> {
  const { kind, path, redisUrl, redisPrefix, clock, telemetry } = options;
  const auto = redisUrl === "" ? "lmdb" : "redis";
  const chosen = kind === "auto" ? auto : kind;
  if (chosen === "redis") return createRedisStore({ url: redisUrl, prefix: redisPrefix, clock });
  if (chosen === "memory") return createMemoryStore();
  const onDamaged: OnDamaged = (roomId, error) => telemetry.emit("room:notRestored", { roomId, name: "", error });
  return createLmdbStore({ path, clock, onDamaged });
}

/** Tells of failures now and then, and how many there were. */
function reporter(clock: Clock, telemetry: Telemetry): ConstructorParameters<typeof Keeper>[0]["onFailed"] {
  let times = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  return (name, action, error) => {
    times++;
    if (clock.nowMs() < lastMs + REPORT_MS) return;
    telemetry.emit("checkpoint:failed", { name, action, error, times });
    lastMs = clock.nowMs();
    times = 0;
  };
}
