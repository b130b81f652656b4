import type { Place, Weight } from "./node.ts";

/** A room that was sent to a node. */
export interface SentRoom {
  readonly id: string;
  readonly weight: Weight;
  readonly sentMs: number;
}

/** By then a node's record shows what was sent to it, or it never got there. */
const IN_FLIGHT_MS = 2000;

/**
 * Rooms that this process has sent to nodes and that their records do not show yet, neither as a reservation nor in a report: a record
 * is as old as the last renewal, and a burst of rooms is faster.
 */
export class InFlight {
  readonly #rooms = new Map<string, Map<string, SentRoom>>();

  /** A room is sent to a node. */
  add(bootId: string, room: SentRoom): void {
    const rooms = this.#rooms.get(bootId) ?? new Map<string, SentRoom>();
    this.#rooms.set(bootId, rooms.set(room.id, room));
  }

  /** The node has not taken it. */
  remove(bootId: string, { id }: SentRoom): void {
    this.#rooms.get(bootId)?.delete(id);
  }

  /** Adds to the places what they do not show, and forgets everything else. */
  addTo(places: readonly Place[], nowMs: number): void {
    const boots = new Set(places.map(({ node }) => node.bootId));
    for (const bootId of this.#rooms.keys()) if (!boots.has(bootId)) this.#rooms.delete(bootId);
    for (const place of places) {
      const rooms = this.#rooms.get(place.node.bootId);
      if (!rooms?.size) continue;
      forgetShown(rooms, place, nowMs);
      for (const { weight } of rooms.values()) place.add(weight, 1);
    }
  }
}

function forgetShown(rooms: Map<string, SentRoom>, { node, report }: Place, nowMs: number): void {
  for (const { id } of node.reservations) rooms.delete(id);
  for (const id of report.ledger) rooms.delete(id);
  for (const { id, sentMs } of rooms.values()) if (nowMs - sentMs > IN_FLIGHT_MS) rooms.delete(id);
}
