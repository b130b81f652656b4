import { afterAwake, type Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";

/** A room that has come to this node. */
export interface AdoptedRoom {
  readonly roomId: string;
  readonly name: string;
  /** Under which it is this node's. */
  readonly epoch: number;
}

/** Where it is made. */
export interface AdoptingHosting {
  /** Makes a room of its last checkpoint that is this node's by now. @throws ArenaError CREATION_REVOKED where that is hopeless; others */
  adopt(room: AdoptedRoom): Promise<void>;
  /** The room could not be made and is nobody's. */
  giveUp(room: AdoptedRoom): void;
}

/** A store that is away for a moment does not cost a room its place. */
const ATTEMPTS = 10;
const AGAIN_MS = 300;

/** Makes a room that has come here, however often it takes within some seconds. @throws what came of the last attempt; the room is given up then */
export async function adopt(room: AdoptedRoom, clock: Clock, hosting: AdoptingHosting): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const error = await hosting.adopt(room).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (error === undefined) return;
    if (attempt === ATTEMPTS || (error instanceof ArenaError && error.code === "CREATION_REVOKED")) {
      hosting.giveUp(room);
      throw error;
    }
    await new Promise<void>((resolve) => afterAwake(clock, AGAIN_MS, resolve));
  }
}
