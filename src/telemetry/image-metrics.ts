import { Counter, type Registry } from "prom-client";
import type { Telemetry } from "./telemetry.ts";

/** Measures the images that people bring. What is refused stands among all refusals, under its code. */
export function measureImages(telemetry: Telemetry, registers: Registry[]): void {
  const kept = new Counter({
    name: "arena_images_total",
    help: "Images that became safe, by type and by whether their content was new.",
    labelNames: ["type", "new"],
    registers,
  });
  const keptBytes = new Counter({
    name: "arena_image_bytes_total",
    help: "Bytes of images whose content was new.",
    registers,
  });
  const served = new Counter({ name: "arena_images_served_total", help: "Images sent.", registers });
  const servedBytes = new Counter({ name: "arena_image_bytes_served_total", help: "Bytes of images sent.", registers });
  const failures = new Counter({
    name: "arena_image_failures_total",
    help: "Images that could not be kept, or read.",
    labelNames: ["action"],
    registers,
  });
  telemetry.on("image:kept", ({ type, bytes, isNew }) => {
    kept.inc({ type, new: isNew ? "yes" : "no" });
    if (isNew) keptBytes.inc(bytes);
  });
  telemetry.on("image:served", ({ bytes }) => {
    served.inc();
    servedBytes.inc(bytes);
  });
  telemetry.on("images:failed", ({ action, times }) => failures.inc({ action }, times));
}
