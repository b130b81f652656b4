import type { Duplex } from "node:stream";
import type { Arrivals, Comer } from "./arrivals.ts";

/** A client whose request was read, and what is to be done with it in its turn, or where that does not come. */
export interface Turn {
  readonly url: URL;
  readonly socket: Duplex;
  readonly goOn: () => void;
  readonly refuse: () => void;
}

/** Goes on with a client now, or when it is its turn, unless it has gone by then; refuses it where too many wait already. */
export function inTurn(arrivals: Arrivals, { url, socket, goOn, refuse }: Turn): void {
  if (arrivals.enter()) {
    goOn();
    return;
  }
  const onError = (): void => void socket.destroy();
  const then = (next: () => void) => (): void => {
    socket.off("error", onError);
    if (leave) socket.off("close", leave);
    next();
  };
  const leave = arrivals.wait(comerOf(url), { comeIn: then(goOn), sendAway: then(refuse) });
  if (!leave) {
    refuse();
    return;
  }
  socket.on("error", onError); // nobody else listens yet
  socket.once("close", leave);
}

/** Who shows the token of a seat comes back to it. */
export function comerOf(url: URL): Comer {
  return url.searchParams.has("reconnectionToken") ? "returning" : "new";
}
