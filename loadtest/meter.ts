import type { Room } from "@colyseus/sdk";
import type { Clock } from "../src/clock/clock.ts";
import { frameKindOf } from "../src/protocol/protocol.ts";
import type { Tally } from "./tally.ts";

/** What is done with what a meter sees. */
export interface MeterParts {
  readonly clock: Clock;
  readonly tally: Tally;
  /** Called after each frame that the SDK has taken in; `receivedMs` is when it arrived. */
  readonly onFrame?: (receivedMs: number) => void;
}

/** Counts what passes a room's connection, for as long as the SDK keeps that. */
export function meter({ connection }: Pick<Room, "connection">, { clock, tally, onFrame }: MeterParts): void {
  const { onmessage } = connection.events;
  connection.events.onmessage = (event: MessageEvent<ArrayBuffer>) => {
    const receivedMs = clock.nowMs();
    countFrame(tally, event.data);
    onmessage?.(event);
    onFrame?.(receivedMs);
  };
  const send = connection.send.bind(connection);
  connection.send = (frame) => {
    tally.counts.bytesOut += frame.byteLength;
    send(frame);
  };
}

function countFrame({ counts }: Tally, frame: ArrayBuffer): void {
  counts.bytesIn += frame.byteLength;
  const kind = frameKindOf(new Uint8Array(frame, 0, 1)[0]);
  if (kind === "patch") counts.patches++;
  else if (kind === "message" || kind === "bytes") counts.messages++;
}
