import type { ConnectionState } from "./net/arena-session.ts";
import type { Metrics } from "./net/metrics.ts";
import type { GameView } from "./ui/game-view.ts";

/** A ship as tests see it: the last known state of the server. */
export interface DebugShip {
  readonly id: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly hp: number;
  readonly score: number;
  readonly isAlive: boolean;
}

/**
 * `window.arenaDebug`: what tests and curious visitors may read of the page. It changes nothing, and no part of the
 * page reads it.
 */
export interface ArenaDebug {
  readonly view: "lobby" | "game";
  readonly roomId: string | undefined;
  readonly sessionId: string | undefined;
  readonly connection: ConnectionState | undefined;
  /** Every ship of the room. */
  ships(): readonly DebugShip[];
  /** Where the own ship was drawn in the last frame: predicted, so ahead of {@link ships}. */
  myShip(): { readonly x: number; readonly y: number } | undefined;
  /** The same in CSS pixels of the window; its middle where there is no ship. */
  myScreenPosition(): { readonly x: number; readonly y: number };
  readonly metrics: Readonly<Metrics> | undefined;
}

declare global {
  interface Window {
    readonly arenaDebug: ArenaDebug;
  }
}

/** Puts {@link ArenaDebug} on the window. */
export function exposeDebugHandle(view: GameView): void {
  const handle: ArenaDebug = {
    get view() {
      return view.session === undefined ? "lobby" : "game";
    },
    get roomId() {
      return view.session?.room.roomId;
    },
    get sessionId() {
      return view.session?.room.sessionId;
    },
    get connection() {
      return view.session?.connection;
    },
    get metrics() {
      return view.game && { ...view.game.metrics };
    },
    ships: () => listShips(view),
    myShip: () => {
      const own = view.game?.scene.own;
      return own && { x: own.x, y: own.y };
    },
    myScreenPosition: () => view.game?.ownScreenPosition ?? { x: innerWidth / 2, y: innerHeight / 2 },
  };
  Object.defineProperty(window, "arenaDebug", { value: Object.freeze(handle) });
}

function listShips(view: GameView): readonly DebugShip[] {
  const ships: DebugShip[] = [];
  view.session?.room.state.ships.forEach(({ name, x, y, hp, score, isAlive }, id) => {
    ships.push({ id, name, x, y, hp, score, isAlive });
  });
  return ships;
}
