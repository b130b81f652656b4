import type { Room } from "@colyseus/sdk";

/** What one connection carried so far. */
export interface Traffic {
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** State changes that arrived: patches and full states. */
  readonly patches: number;
  /** When the last frame arrived, on the scale of performance.now(). */
  readonly lastFrameMs: number;
}

/** Counts what passes the sockets of `room`, also after a reconnection. Payload bytes, without framing. */
export function meterTraffic(room: Room): Traffic {
  const traffic = { bytesIn: 0, bytesOut: 0, patches: 0, lastFrameMs: performance.now() };
  const { connection } = room;
  const { onmessage } = connection.events;
  connection.events.onmessage = (event: MessageEvent<ArrayBuffer>) => {
    traffic.bytesIn += event.data.byteLength;
    traffic.lastFrameMs = performance.now();
    onmessage?.(event);
  };
  const send = connection.send.bind(connection);
  connection.send = (data) => {
    traffic.bytesOut += data.byteLength;
    send(data);
  };
  room.onStateChange(() => {
    traffic.patches++;
  });
  return traffic;
}
