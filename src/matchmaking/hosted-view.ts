import type { Room } from "@colyseus/core";

/** A room of this node, as those see it who empty the node or even out the cluster. */
export interface HostedRoomView {
  readonly roomId: string;
  readonly connections: number;
  /** How often it sends what changed, a second; 0 for a room that does not by itself. */
  readonly tickRateHz: number;
  /** Whether another node can have it. */
  readonly isMovable: boolean;
  /** Whether it would be moved now, as it says. */
  readonly canMoveNow: boolean;
  /** Whether it may as well end now, as it says: who is in it joins another one. */
  readonly canCloseNow: boolean;
  /** When it ends by itself, in ms from now, as it says. */
  readonly endsInMs: number | undefined;
}

/** What every room of an app has beside Colyseus' own. */
interface Describable {
  readonly move: { readonly isMovable: boolean };
  canMoveNow(): boolean;
  canCloseNow(): boolean;
  endsInMs(): number | undefined;
}

const MS_PER_S = 1000;

/** What is to be seen of a room. A room whose own words throw is moved like any other. */
export function viewOf(room: Room | undefined): HostedRoomView | undefined {
  if (!room) return undefined;
  const { move } = room as unknown as Describable; // every room of an app is one
  const tickRateHz = room.patchRate ? MS_PER_S / room.patchRate : 0;
  return {
    roomId: room.roomId,
    connections: room.clients.length,
    tickRateHz,
    isMovable: move.isMovable,
    ...saidBy(room as unknown as Describable),
  };
}

function saidBy(room: Describable): Pick<HostedRoomView, "canMoveNow" | "canCloseNow" | "endsInMs"> {
  try {
    return { canMoveNow: room.canMoveNow(), canCloseNow: room.canCloseNow(), endsInMs: room.endsInMs() };
  } catch {
    return { canMoveNow: true, canCloseNow: false, endsInMs: undefined };
  }
}
