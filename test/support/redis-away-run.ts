import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { ColyseusSDK, Room } from "@colyseus/sdk";
import { parseOptions } from "../../loadtest/options.ts";
import { buildReport, type Report } from "../../loadtest/report.ts";
import { runLoad } from "../../loadtest/runner.ts";
import { systemClock } from "../../src/clock/clock.ts";
import type { UserPresence } from "../../src/protocol/protocol.ts";
import { TestCluster } from "./cluster-processes.ts";
import { type FaultProxy, openFaultProxy } from "./fault-proxy.ts";

/** What happens to Redis. */
export const REDIS_FAULTS = ["stopped", "empty", "slow", "last second lost", "out of memory"] as const;
export type RedisFault = (typeof REDIS_FAULTS)[number];

/** One run: bots play and draw in a cluster while its Redis is not as it should be. */
export interface AwayRun {
  readonly fault: RedisFault;
  /** Half of them in arenas over the stock SDK, half on boards. */
  readonly bots: number;
  readonly outageMs: number;
  readonly tell: (words: string) => void;
}

/** What came of it. */
export interface AwayOutcome {
  readonly fault: RedisFault;
  readonly outageMs: number;
  /** Connections that were lost, and bots that fared ill. */
  readonly drops: number;
  readonly failedBots: number;
  readonly processesDied: number;
  /** Pushes that were acknowledged in all, longest wait for it in ms, and pushes that were refused for good. */
  readonly acked: number;
  readonly longestAckMs: number;
  readonly refusals: number;
  /** What is not there as it was acknowledged. */
  readonly lost: readonly string[];
  /** Answers to matchmaking calls during the outage, by status; how many of the 503 had no Retry-After. */
  readonly calls: Readonly<Record<string, number>>;
  readonly withoutRetryAfter: number;
  /** From Redis' return to the first seat, and to the last call without one. */
  readonly seatsBackMs: number;
  /** From Redis' return to where all processes show who is there, exactly. */
  readonly presenceExactMs: number;
  readonly errors: Readonly<Record<string, number>>;
}

const ADMIN_PEOPLE = 12;
const LEAVING = 4;
const CALL_EVERY_MS = 100;
const CALL_TIMEOUT_MS = 5000;
/** Time of grace after somebody has left. */
const GRACE_MS = 5000;
const CALM_BEFORE_S = 3;
const CALM_AFTER_S = 10;
const LATEST_MS = 60_000;
const SLOW_MS = 1000;
const STRONG = ["--max-loop-delay-ms", "60000", "--max-tick-lateness-ms", "60000"];

/** Plays a run, on a cluster of three nodes and an edge of its own. */
export async function playAwayRun(run: AwayRun): Promise<AwayOutcome> {
  let proxy: FaultProxy | undefined;
  const cluster = await TestCluster.start({
    args: STRONG,
    prepare: async ({ port }) => {
      proxy = await openFaultProxy({ targetPort: port });
    },
    redisUrl: () => `redis://127.0.0.1:${proxy?.port}`,
  });
  try {
    assert.ok(proxy);
    return await new Run(run, cluster, proxy).play();
  } finally {
    await cluster.stop();
    await proxy?.close();
  }
}

interface Person {
  readonly userId: string;
  readonly room: Room;
}

interface Call {
  readonly atMs: number;
  readonly status: number | "no answer";
  readonly hasRetryAfter: boolean;
}

class Run {
  readonly #run: AwayRun;
  readonly #cluster: TestCluster;
  readonly #proxy: FaultProxy;
  readonly #calls: Call[] = [];
  #isOver = false;

  constructor(run: AwayRun, cluster: TestCluster, proxy: FaultProxy) {
    this.#run = run;
    this.#cluster = cluster;
    this.#proxy = proxy;
  }

  async play(): Promise<AwayOutcome> {
    const { fault, bots, outageMs } = this.#run;
    const people = await Promise.all(Array.from({ length: ADMIN_PEOPLE }, () => this.#person()));
    const half = Math.ceil(bots / 2);
    const arena = this.#load(`--scenario arena --bots ${half}`);
    const boards = this.#load(`--scenario whiteboard --drop-every 0 --bots ${half} --boards ${Math.ceil(half / 10)}`);
    await Promise.all([arena.isPlaying, boards.isPlaying]);
    const calling = this.#callOften();
    await delay(CALM_BEFORE_S * 1000);

    const awayMs = performance.now();
    await this.#begin();
    await Promise.all(people.slice(0, LEAVING).map(({ room }) => room.leave()));
    await delay(outageMs);
    await this.#end();
    const backMs = performance.now();
    const presenceExactMs = await this.#untilExact(people, awayMs, backMs);
    const [played, drew] = await Promise.all([arena.report, boards.report]);
    this.#isOver = true;
    await calling;

    const during = this.#calls.filter(({ atMs }) => atMs > awayMs + SLOW_MS && atMs < backMs - CALL_TIMEOUT_MS / 5);
    const { verification } = drew;
    return {
      fault,
      outageMs,
      drops: played.drops + drew.drops,
      failedBots: played.failedBots + drew.failedBots,
      processesDied: [...this.#cluster.processes.values()].filter(({ child }) => child.exitCode !== null).length,
      acked: verification?.pushes ?? 0,
      longestAckMs: Math.round(drew.latency.ms.max),
      refusals: drew.refusals,
      lost: verification?.problems ?? [],
      calls: countBy(during, ({ status }) => String(status)),
      withoutRetryAfter: during.filter(({ status, hasRetryAfter }) => status === 503 && !hasRetryAfter).length,
      seatsBackMs: this.#seatsBackMs(backMs),
      presenceExactMs,
      errors: { ...played.errors, ...drew.errors },
    };
  }

  /** Bots that play until some time after the outage. */
  #load(what: string): { readonly isPlaying: Promise<void>; readonly report: Promise<Report> } {
    const seconds = Math.ceil(CALM_BEFORE_S + this.#run.outageMs / 1000 + CALM_AFTER_S);
    const url = `http://${this.#cluster.address()}`;
    const given = ["--url", url, "--seconds", String(seconds), "--ramp-per-second", "20", ...what.split(" ")];
    const options = parseOptions(given);
    let begun = (): void => {};
    const isPlaying = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const context = {
      clock: systemClock(),
      signal: new AbortController().signal,
      onProgress: (_: unknown, phase: string) => phase === "measuring" && begun(),
    };
    const report = runLoad(options, context).then((outcome) => buildReport(options, outcome, "now"));
    return { isPlaying: Promise.race([isPlaying, report.then(() => {})]), report };
  }

  /** Somebody with a token, in a lobby. */
  async #person(): Promise<Person> {
    const answer = await fetch(`http://${this.#cluster.address()}/api/token`, { method: "POST" });
    const { token, userId } = (await answer.json()) as { token: string; userId: string };
    const sdk: ColyseusSDK = this.#cluster.sdk();
    sdk.auth.token = token;
    return { userId, room: await sdk.joinOrCreate("lobby") };
  }

  async #begin(): Promise<void> {
    const { redis } = this.#cluster;
    const { fault } = this.#run;
    if (fault === "stopped") redis.pause();
    else if (fault === "empty") await redis.kill();
    else if (fault === "slow")
      this.#proxy.delayMs = SLOW_MS; // in each direction
    else if (fault === "last second lost") {
      await redis.copy();
      await delay(SLOW_MS);
      await redis.kill();
    } else if (fault === "out of memory") await redis.call("CONFIG", "SET", "maxmemory", "1");
    else fault satisfies never;
  }

  async #end(): Promise<void> {
    const { redis } = this.#cluster;
    const { fault } = this.#run;
    if (fault === "stopped") redis.resume();
    else if (fault === "empty") await redis.restart({ isEmpty: true });
    else if (fault === "slow") this.#proxy.delayMs = 0;
    else if (fault === "last second lost") await redis.restart({ isCopy: true });
    else if (fault === "out of memory") await redis.call("CONFIG", "SET", "maxmemory", "0");
    else fault satisfies never;
  }

  /** Asks for seats, one call after the other and some at a time, until the run is over. */
  async #callOften(): Promise<void> {
    const calls: Promise<void>[] = [];
    while (!this.#isOver) {
      calls.push(this.#call());
      await delay(CALL_EVERY_MS);
    }
    await Promise.all(calls);
  }

  async #call(): Promise<void> {
    const atMs = performance.now();
    try {
      const answer = await fetch(`http://${this.#cluster.address()}/matchmake/joinOrCreate/lobby`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      await answer.arrayBuffer();
      this.#calls.push({ atMs, status: answer.status, hasRetryAfter: Number(answer.headers.get("retry-after")) > 0 });
    } catch {
      this.#calls.push({ atMs, status: "no answer", hasRetryAfter: false });
    }
  }

  /** From when on each call has a seat, after Redis' return. */
  #seatsBackMs(backMs: number): number {
    const refused = this.#calls.filter(({ atMs, status }) => atMs >= backMs && status !== 200);
    return Math.round(Math.max(0, ...refused.map(({ atMs }) => atMs - backMs)));
  }

  async #untilExact(people: readonly Person[], awayMs: number, backMs: number): Promise<number> {
    const path = `/api/presence?users=${people.map(({ userId }) => userId).join(",")}`;
    const isExact = (shown: Readonly<Record<string, UserPresence>>): boolean =>
      people.every(({ userId, room }, index) => {
        const { online = false, sessions = [] } = shown[userId] ?? {};
        if (index < LEAVING) return !online;
        return online && sessions.length === 1 && sessions[0]?.roomId === room.roomId;
      });
    for (;;) {
      const all = [...this.#cluster.processes.keys()].map((name) => this.#cluster.ask(path, name));
      const shown = await Promise.allSettled(all);
      const nowMs = performance.now();
      const areExact = shown.every(
        (each) => each.status === "fulfilled" && isExact((each.value as { users: Record<string, UserPresence> }).users),
      );
      // Who has only just left is rightly shown.
      if (areExact) return Math.round(nowMs - Math.max(backMs, awayMs + GRACE_MS));
      if (nowMs > backMs + LATEST_MS) return Number.POSITIVE_INFINITY;
      await delay(20);
    }
  }
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
