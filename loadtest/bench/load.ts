/** What one room sends; the join options of the room `synthetic`. */
export interface Load {
  /** Picks the instance. */
  readonly id: string;
  /** Entities in the state. */
  readonly entities: number;
  /** Entities that move each tick. */
  readonly changed: number;
  /** Time between two ticks in ms; each sends one patch. */
  readonly tickMs: number;
  /** Size of a message in bytes. */
  readonly messageBytes: number;
  /** Messages each tick, to everyone. */
  readonly messagesPerTick: number;
}

/** A load as a query string, for the servers that have no matchmaking. */
export function queryOf(load: Load): string {
  return new URLSearchParams(Object.entries(load).map(([name, value]) => [name, String(value)])).toString();
}

/** The load of a query string that {@link queryOf} made. */
export function loadOf(query: URLSearchParams): Load {
  const number = (name: keyof Load): number => Number(query.get(name));
  return {
    id: query.get("id") ?? "",
    entities: number("entities"),
    changed: number("changed"),
    tickMs: number("tickMs"),
    messageBytes: number("messageBytes"),
    messagesPerTick: number("messagesPerTick"),
  };
}
