import type { Telemetry } from "./telemetry.ts";

type Level = "debug" | "info" | "warn" | "error";
type Write = (...parts: readonly unknown[]) => void;

/** A logger for Colyseus, which writes what it is told as events. */
export function colyseusLog(telemetry: Telemetry): Readonly<Record<Level | "trace", Write>> {
  const at =
    (level: Level): Write =>
    (...parts) =>
      telemetry.emit("colyseus:logged", { level, text: parts.map(String).join(" ") });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), trace: at("debug") };
}
