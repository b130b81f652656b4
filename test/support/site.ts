import { TestCluster } from "./cluster-processes.ts";
import { startNode } from "./start-node.ts";

/** Where the page is served. */
export interface Site {
  readonly port: number;
  readonly httpUrl: string;
  readonly wsUrl: string;
  close(): Promise<void>;
}

/** Whether the page is tried through the edge of a cluster, and not on one node. */
const IS_CLUSTER = process.env["ARENA_TEST_SITE"] === "cluster";

/** Starts one node in this process, or a cluster where the environment says `ARENA_TEST_SITE=cluster`. */
export async function openSite(): Promise<Site> {
  if (!IS_CLUSTER) {
    const { node, httpUrl, wsUrl, close } = await startNode();
    return { port: node.port, httpUrl, wsUrl, close };
  }
  const cluster = await TestCluster.start({ nodes: ["n1", "n2"] });
  const address = cluster.address();
  return {
    port: Number(address.split(":").at(-1)),
    httpUrl: `http://${address}`,
    wsUrl: `ws://${address}`,
    close: () => cluster.stop(),
  };
}
