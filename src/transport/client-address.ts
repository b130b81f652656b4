import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { ArenaError } from "../errors/errors.ts";

/** A range of addresses. */
export type Network = readonly [Address, number];

type Address = ReturnType<typeof ipaddr.parse>;

/** Who owns one IPv6 address owns the 2^64 around it, so these count as one. */
const IPV6_NETWORK_PARTS = 4;

/**
 * Reads networks such as "10.0.0.0/8", and addresses, which are networks of one.
 *
 * @throws ArenaError CONFIG_INVALID
 */
export function parseNetworks(texts: readonly string[]): readonly Network[] {
  return texts.map((text) => {
    const address = parseAddress(text);
    if (address) return [address, address.kind() === "ipv4" ? 32 : 128];
    if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
    throw new ArenaError("CONFIG_INVALID", `ARENA_TRUSTED_PROXIES: expected addresses or networks, got "${text}".`);
  });
}

/**
 * The address that a request comes from. What `x-forwarded-for` says is believed hop by hop from its end, and only where
 * the hop that says it is a trusted proxy; every other header is a client's own invention. An empty text where the
 * socket has no address any more.
 */
export function clientAddress(
  headers: IncomingHttpHeaders,
  remoteAddress: string | undefined,
  trustedProxies: readonly Network[],
): string {
  let address = parseAddress(remoteAddress ?? "");
  if (!address) return "";
  const hops = String(headers["x-forwarded-for"] ?? "").split(",");
  for (let hop = hops.pop(); hop !== undefined && isWithin(address, trustedProxies); hop = hops.pop()) {
    const before = parseAddress(hop.trim());
    if (!before) break;
    address = before;
  }
  return address.toString();
}

/** What `address` is counted as: itself, or the /64 network of an IPv6 address. */
export function countedAs(address: string): string {
  const parsed = parseAddress(address);
  if (parsed?.kind() !== "ipv6") return address;
  return `${(parsed as ipaddr.IPv6).parts.slice(0, IPV6_NETWORK_PARTS).join(":")}/64`; // its kind was just asked
}

function isWithin(address: Address, networks: readonly Network[]): boolean {
  return networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
}

/** An IPv4 address inside an IPv6 one, as a socket for both kinds shows it, is the IPv4 address. */
function parseAddress(text: string): Address | undefined {
  return isIP(text) === 0 ? undefined : ipaddr.process(text);
}
