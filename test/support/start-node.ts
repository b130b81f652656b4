import { ColyseusTestServer } from "@colyseus/testing";
import { type AppRoom, type ArenaNode, openNode, ROOMS } from "../../arena.config.ts";
import { type Config, loadConfig } from "../../src/config/config.ts";
import type { TelemetryEvent, TelemetryEvents } from "../../src/telemetry/telemetry.ts";

/** A node in this process, with Colyseus' test tools around it. */
export interface TestNode {
  readonly node: ArenaNode;
  readonly colyseus: ColyseusTestServer;
  readonly httpUrl: string;
  readonly wsUrl: string;
  /** Resolves with the next event of that name for which `matches` holds. */
  nextEvent<E extends TelemetryEvent>(
    name: E,
    matches?: (event: TelemetryEvents[E]) => boolean,
  ): Promise<TelemetryEvents[E]>;
  /** The value of a metric line, e.g. `arena_refusals_total{code="X",where="http"}`; 0 when it is not there. */
  metric(line: string): Promise<number>;
  close(): Promise<void>;
}

/** Starts a node on a port of the system's choosing, without a log; `rooms` come beside the app's own. */
export async function startNode(
  overrides: Partial<Config> = {},
  rooms: Readonly<Record<string, AppRoom>> = {},
): Promise<TestNode> {
  const config = loadConfig({ env: {}, args: ["--port", "0", "--host", "127.0.0.1", "--log-level", "silent"] });
  const node = await openNode(
    { ...config, isSyntheticAllowed: true, logStore: "memory", drainMs: 3000, ...overrides },
    { ...ROOMS, ...rooms },
  );
  Reflect.set(node.server, "port", node.port); // where ColyseusTestServer looks, and where listen(0) leaves a 0
  const httpUrl = `http://127.0.0.1:${node.port}`;
  return {
    node,
    colyseus: new ColyseusTestServer(node.server),
    httpUrl,
    wsUrl: `ws://127.0.0.1:${node.port}`,
    nextEvent: (name, matches = () => true) =>
      new Promise((resolve) => {
        const stop = node.telemetry.on(name, (event) => {
          if (!matches(event)) return;
          stop();
          resolve(event);
        });
      }),
    metric: async (line) => {
      const text = await (await fetch(`${httpUrl}/metrics`)).text();
      const found = text.split("\n").find((row) => row.startsWith(`${line} `));
      return found ? Number(found.slice(line.length + 1)) : 0;
    },
    close: () => node.close("test"),
  };
}
