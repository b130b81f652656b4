import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Prints the line by which the benchmark learns where the server listens; Arena prints the same one. */
export function announce(server: Server): void {
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a path
  console.log(JSON.stringify({ event: "ready", port }));
}
