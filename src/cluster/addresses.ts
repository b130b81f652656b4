import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";

/** Where a process listens, and what was said of where it is reached. */
export interface Listening {
  /** Host that it listens on; `0.0.0.0` and `::` are all of the machine's. */
  readonly host: string;
  readonly port: number;
  /** Host, with a port or without; "" where nothing was said. */
  readonly internalAddress: string;
}

const ALL = new Set(["0.0.0.0", "::"]);

/**
 * Where the other processes of a cluster reach this one, `host:port`: what was said; else the host that it listens on, or the machine's
 * first IPv4 address that is not its own loopback.
 *
 * @param interfaces of the machine; its own unless told otherwise
 */
export function internalAddressOf(
  { host, port, internalAddress }: Listening,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string {
  if (internalAddress !== "") return /:\d+$/.test(internalAddress) ? internalAddress : `${internalAddress}:${port}`;
  if (!ALL.has(host)) return `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const addresses = Object.values(interfaces).flatMap((each) => each ?? []);
  const outside = addresses.find(({ family, internal }) => family === "IPv4" && !internal);
  return `${outside?.address ?? "127.0.0.1"}:${port}`;
}
