import type { Duplex } from "node:stream";
import type { Arrivals, Comer } from "./arrivals.ts";

/** A client whose request was read, and what is to be done with it in its turn. */
export interface Turn {
  readonly url: URL;
  readonly socket: Duplex;
  readonly goOn: () => void;
}

/** Goes on with a client now, or when it is its turn, unless it has gone by then; false where too many wait already. */
export function inTurn(arrivals: Arrivals, { url, socket, goOn }: Turn): boolean {
  if (arrivals.enter()) {
    goOn();
    return true;
  }
  const onError = (): void => void socket.destroy();
  socket.on("error", onError); // nobody else listens yet
  const leave = arrivals.wait(comerOf(url), () => {
    socket.off("error", onError);
    if (leave) socket.off("close", leave);
    goOn();
  });
  if (leave) socket.once("close", leave);
  return leave !== undefined;
}

/** Who shows the token of a seat comes back to it. */
export function comerOf(url: URL): Comer {
  return url.searchParams.has("reconnectionToken") ? "returning" : "new";
}
