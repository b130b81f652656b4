import { checkpointOf, ended, type KeptRecord, taken, written } from "./fence.ts";
import { byUrgency, type CheckpointStore, headOf, type StoredCheckpoint } from "./store.ts";

/** Rooms that have ended and whose epoch is still remembered. */
const MAX_ENDED = 10_000;

/** A store whose checkpoints end with the process: for tests, and beside documents that end with it too. */
export function createMemoryStore(): CheckpointStore {
  const records = new Map<string, KeptRecord>();
  const endedIds = new Set<string>();
  const write = (roomId: string, record: KeptRecord | undefined): boolean => {
    if (!record) return false;
    records.set(roomId, record);
    endedIds.delete(roomId);
    if (!record.checkpoint) endedIds.add(roomId);
    for (const oldest of endedIds) {
      if (endedIds.size <= MAX_ENDED) break;
      endedIds.delete(oldest);
      records.delete(oldest);
    }
    return true;
  };
  const checkpoints = (): StoredCheckpoint[] => [...records.values()].flatMap((record) => checkpointOf(record) ?? []);

  return {
    description: "memory",
    generation: 0,
    put: async (checkpoint) => {
      const content = checkpoint.content.slice();
      return write(checkpoint.roomId, written(records.get(checkpoint.roomId), { ...checkpoint, content }));
    },
    take: async (roomId, owner) => {
      if (!write(roomId, taken(records.get(roomId), owner))) return { isTaken: false };
      return { isTaken: true, checkpoint: checkpointOf(records.get(roomId)) };
    },
    end: async (roomId, epoch, number) => void write(roomId, ended(records.get(roomId), epoch, number)),
    find: async (roomId) => checkpointOf(records.get(roomId)),
    headOf: async (roomId) => {
      const found = checkpointOf(records.get(roomId));
      return found && headOf(found);
    },
    roomsOf: async (bootId, isLeftOut = () => false) =>
      byUrgency(
        checkpoints()
          .filter((each) => each.bootId === bootId && !isLeftOut(each.roomId))
          .map(headOf),
      ),
    boots: async () => [...new Set(checkpoints().map(({ bootId }) => bootId))],
    close: async () => {},
  };
}
