import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What becomes of a chunk of bytes on its way; `undefined` loses it and resets the connection. */
export type Rewrite = (bytes: Buffer) => Buffer | undefined;

/** A network that reads what it carries. */
export interface RewritingProxy {
  /** Port on 127.0.0.1 on which clients are taken. */
  readonly port: number;
  toServer: Rewrite;
  toClient: Rewrite;
  /** Resets all connections and gives the port back. */
  close(): Promise<void>;
}

/** Opens a proxy before the server on `targetPort` of this machine, which changes nothing until it is told to. */
export async function openRewritingProxy(targetPort: number): Promise<RewritingProxy> {
  const sockets = new Set<Socket>();
  const same: Rewrite = (bytes) => bytes;
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ port: targetPort, host: "127.0.0.1", noDelay: true });
    const end = (): void => {
      client.destroy();
      target.destroy();
    };
    const carry = (from: Socket, to: Socket, rewrite: () => Rewrite): void => {
      sockets.add(from);
      from.on("error", () => {}); // it closes, and that ends the other one
      from.on("close", () => sockets.delete(from) && end());
      from.on("data", (bytes: Buffer) => {
        const rewritten = rewrite()(bytes);
        if (rewritten) to.write(rewritten);
        else end();
      });
    };
    carry(client, target, () => proxy.toServer);
    carry(target, client, () => proxy.toClient);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy: RewritingProxy = {
    port: (server.address() as AddressInfo).port, // a TCP server's address is never a path
    toServer: same,
    toClient: same,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return proxy;
}
