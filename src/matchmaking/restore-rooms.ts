import type { CheckpointHead, Checkpoints } from "../checkpoint/checkpoint.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Hosting } from "./hosting.ts";

/** What rooms are restored with. */
export interface RestoringParts {
  readonly checkpoints: Pick<Checkpoints, "boots" | "roomsOf" | "forget">;
  readonly hosting: Pick<Hosting, "restore">;
  readonly telemetry: Telemetry;
}

/** Each may read a document from a disk. */
const IN_FLIGHT = 16;

/**
 * Makes the rooms again that processes before this one left, those for whom people wait; what nobody waits for is forgotten. For a process
 * on its own, when it can make rooms and nobody has come in yet. What cannot be made is told of and left as it is.
 */
export async function restoreRooms({ checkpoints, hosting, telemetry }: RestoringParts): Promise<void> {
  const left = await allIn(checkpoints).catch((error: unknown) => {
    telemetry.emit("checkpoint:failed", { name: "", action: "read", error, times: 1 });
    return [];
  });
  const runner = async (): Promise<void> => {
    for (let head = left.shift(); head; head = left.shift()) {
      const { roomId, name } = head;
      await restore(head).catch((error: unknown) => telemetry.emit("room:notRestored", { roomId, name, error }));
    }
  };
  const restore = async (head: CheckpointHead): Promise<void> => {
    if (head.sessions === 0) await checkpoints.forget(head);
    else await hosting.restore({ roomId: head.roomId });
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, runner));
}

/** This process has made none yet. */
async function allIn(checkpoints: RestoringParts["checkpoints"]): Promise<CheckpointHead[]> {
  const boots = await checkpoints.boots();
  return (await Promise.all(boots.map((bootId) => checkpoints.roomsOf(bootId)))).flat();
}
