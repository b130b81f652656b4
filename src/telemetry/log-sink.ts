import { type Logger, pino } from "pino";
import type { Telemetry } from "./telemetry.ts";

/** Levels of the log, least important first. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** Where the log goes and what it says of itself. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly nodeId: string;
  /** File descriptor; standard error unless told otherwise, so that standard output is the ready line's alone. */
  readonly descriptor?: number;
}

/** Writes events to the log: one JSON line each, `event` holding the event's name. */
export function logTo(telemetry: Telemetry, { level, nodeId, descriptor = 2 }: LogOptions): void {
  const log = pino({ level, base: { nodeId } }, pino.destination({ fd: descriptor, sync: true }));

  telemetry.on("node:started", ({ port, pid }) => log.info({ event: "node:started", port, pid }));
  telemetry.on("node:draining", (event) => log.info({ event: "node:draining", ...event }));
  telemetry.on("node:stalled", (event) => log.warn({ event: "node:stalled", ...event }));
  telemetry.on("node:loadChanged", ({ level: load, ...event }) =>
    log.warn({ event: "node:loadChanged", load, ...event }),
  );
  telemetry.on("node:drainProgressed", (event) => log.debug({ event: "node:drainProgressed", ...event }));
  telemetry.on("node:drained", (event) => log.info({ event: "node:drained", ...event }));
  telemetry.on("node:stopped", (event) => log.info({ event: "node:stopped", ...event }));
  telemetry.on("node:failed", ({ error, isFatal }) => {
    log[isFatal ? "fatal" : "error"]({ event: "node:failed", err: error });
  });
  // Colyseus reports every bad frame as an error; what matters of it has an event of its own here.
  telemetry.on("colyseus:logged", ({ level: severity, text }) =>
    log.debug({ event: "colyseus:logged", severity, text }),
  );
  telemetry.on("token:revoked", (event) => log.info({ event: "token:revoked", ...event }));
  telemetry.on("keys:failed", ({ error }) => log.error({ event: "keys:failed", err: error }));
  telemetry.on("log:storeOpened", ({ isDurable, ...event }) =>
    log[isDurable ? "info" : "warn"]({ event: "log:storeOpened", isDurable, ...event }),
  );
  telemetry.on("redis:connected", (event) => log.info({ event: "redis:connected", ...event }));
  telemetry.on("redis:disconnected", ({ error, ...event }) =>
    log.error({ event: "redis:disconnected", ...event, err: error }),
  );
  telemetry.on("log:opened", (event) => log.info({ event: "log:opened", ...event }));
  telemetry.on("log:givenBack", (event) => log.warn({ event: "log:givenBack", ...event }));
  telemetry.on("log:cut", (event) => log.warn({ event: "log:cut", ...event }));
  telemetry.on("log:contradicted", (event) => log.error({ event: "log:contradicted", ...event }));
  telemetry.on("log:compacted", (event) => log.debug({ event: "log:compacted", ...event }));
  telemetry.on("log:failed", ({ error, ...event }) => log.error({ event: "log:failed", ...event, err: error }));
  telemetry.on("image:kept", (event) => log.debug({ event: "image:kept", ...event }));
  telemetry.on("images:failed", ({ error, ...event }) => log.error({ event: "images:failed", ...event, err: error }));
  telemetry.on("secret:notKept", ({ error, ...event }) => log.warn({ event: "secret:notKept", ...event, err: error }));
  telemetry.on("secret:exposed", (event) => log.warn({ event: "secret:exposed", ...event }));
  telemetry.on("room:created", (event) => log.info({ event: "room:created", ...event }));
  telemetry.on("room:disposed", (event) => log.info({ event: "room:disposed", ...event }));
  telemetry.on("room:failed", ({ error, ...event }) => log.error({ event: "room:failed", ...event, err: error }));
  logCluster(telemetry, log);
  logCheckpoints(telemetry, log);
  telemetry.on("tick:skipped", (event) => log.warn({ event: "tick:skipped", ...event }));
  telemetry.on("session:expected", (event) => log.debug({ event: "session:expected", ...event }));
  telemetry.on("session:joined", (event) => log.debug({ event: "session:joined", ...event }));
  telemetry.on("session:dropped", (event) => log.debug({ event: "session:dropped", ...event }));
  telemetry.on("session:resumed", (event) => log.debug({ event: "session:resumed", ...event }));
  telemetry.on("session:left", (event) => log.debug({ event: "session:left", ...event }));
  telemetry.on("connection:closed", (event) => log.debug({ event: "connection:closed", ...event }));
  telemetry.on("connection:failed", ({ error, ...event }) => {
    log.debug({ event: "connection:failed", ...event, err: error });
  });
  telemetry.on("error:refused", (event) => log.debug({ event: "error:refused", ...event }));
  telemetry.on("http:answered", (event) => log.trace({ event: "http:answered", ...event }));
}

/** What becomes of rooms that outlive their process. */
function logCheckpoints(telemetry: Telemetry, log: Logger): void {
  telemetry.on("checkpoint:tooLarge", (event) => log.warn({ event: "checkpoint:tooLarge", ...event }));
  telemetry.on("checkpoint:failed", ({ error, ...event }) =>
    log.error({ event: "checkpoint:failed", ...event, err: error }),
  );
  telemetry.on("room:restored", (event) => log.info({ event: "room:restored", ...event }));
  telemetry.on("room:notRestored", ({ error, ...event }) =>
    log.error({ event: "room:notRestored", ...event, err: error }),
  );
  telemetry.on("failover:restarted", (event) => log.debug({ event: "failover:restarted", ...event }));
  telemetry.on("failover:delayed", ({ error, ...event }) =>
    log.warn({ event: "failover:delayed", ...event, err: error }),
  );
  telemetry.on("failover:ended", (event) => {
    if (event.lost > 0) log.error({ event: "failover:ended", ...event });
    else log.info({ event: "failover:ended", ...event });
  });
}

/** What a process has to do with the others. */
function logCluster(telemetry: Telemetry, log: Logger): void {
  telemetry.on("room:notReleased", ({ error, ...event }) =>
    log.warn({ event: "room:notReleased", ...event, err: error }),
  );
  telemetry.on("room:moved", ({ error, ...event }) => {
    if (event.outcome === "moved") log.info({ event: "room:moved", ...event });
    else log.warn({ event: "room:moved", ...event, err: error });
  });
  telemetry.on("listing:notWritten", ({ error, ...event }) =>
    log.warn({ event: "listing:notWritten", ...event, err: error }),
  );
  telemetry.on("people:failed", ({ error }) => log.warn({ event: "people:failed", err: error }));
  telemetry.on("presence:storeFailed", ({ error, ...event }) =>
    log.warn({ event: "presence:storeFailed", ...event, err: error }),
  );
  telemetry.on("presence:failed", ({ error, ...event }) =>
    log.warn({ event: "presence:failed", ...event, err: error }),
  );
  telemetry.on("forward:failed", ({ error, ...event }) => log.warn({ event: "forward:failed", ...event, err: error }));
  telemetry.on("cluster:unconfirmed", ({ error }) => log.warn({ event: "cluster:unconfirmed", err: error }));
  telemetry.on("cluster:lease", (event) => log.warn({ event: "cluster:lease", ...event }));
  telemetry.on("cluster:outage", (event) => log.warn({ event: "cluster:outage", ...event }));
  telemetry.on("cluster:leaseLost", (event) => log.error({ event: "cluster:leaseLost", ...event }));
  telemetry.on("cluster:replaced", (event) => log.fatal({ event: "cluster:replaced", ...event }));
  telemetry.on("cluster:nodeGone", (event) => log.warn({ event: "cluster:nodeGone", ...event }));
}
