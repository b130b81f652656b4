import { Encoder } from "@colyseus/schema";
import type { Load } from "../load.ts";
import { Mover, SyntheticState } from "./synthetic-state.ts";

/** What a server without Colyseus sends, made once: it pays for sending alone. */
export interface ReadyFrames {
  readonly state: Buffer;
  readonly patch: Buffer;
  readonly message: Buffer;
}

/** First bytes of Colyseus' frames, by which the benchmark's clients tell them apart. */
const MESSAGE = 13;
const STATE = 14;
const PATCH = 15;
const MAX_STATE_BYTES = 1024 * 1024;

/** Frames as large as those that Colyseus makes of the same load. */
export function readyFrames({ entities, changed, messageBytes }: Load): ReadyFrames {
  Encoder.BUFFER_SIZE = MAX_STATE_BYTES;
  const state = new SyntheticState();
  const encoder = new Encoder(state);
  const mover = new Mover(state, entities);
  const full = Buffer.from(encoder.encodeAll());
  encoder.encode();
  encoder.discardChanges();
  mover.move(changed);
  const patch = Buffer.from(encoder.encode());
  return {
    state: Buffer.from([STATE, ...full]),
    patch: Buffer.from([PATCH, ...patch]),
    message: Buffer.alloc(Math.max(1, messageBytes), MESSAGE),
  };
}
