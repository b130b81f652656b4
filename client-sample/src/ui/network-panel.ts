import type { Metrics } from "../net/metrics.ts";
import { element, setText } from "./dom.ts";

const REFRESH_MS = 250;

/** The small panel on how the connection is doing. */
export class NetworkPanel {
  readonly #root = element("network", HTMLElement);
  readonly #state = element("net-state", HTMLElement);
  readonly #values: readonly (readonly [HTMLElement, (metrics: Metrics) => string])[] = [
    [element("net-rtt", HTMLElement), ({ rttMs }) => `${rttMs.toFixed(0)} ms`],
    [element("net-patches", HTMLElement), ({ patchesPerSecond }) => `${patchesPerSecond.toFixed(1)} /s`],
    [element("net-in", HTMLElement), ({ bytesInPerSecond }) => bytesText(bytesInPerSecond)],
    [element("net-out", HTMLElement), ({ bytesOutPerSecond }) => bytesText(bytesOutPerSecond)],
    [element("net-error", HTMLElement), ({ predictionErrorUnits }) => `${predictionErrorUnits.toFixed(2)} u`],
    [element("net-fps", HTMLElement), ({ framesPerSecond }) => framesPerSecond.toFixed(0)],
  ];
  #nextRefreshMs = 0;

  /** Shows the panel, or hides it. */
  toggle(): void {
    this.#root.hidden = !this.#root.hidden;
  }

  /** Brings the numbers up to date, a few times a second. */
  update(metrics: Metrics, nowMs: number): void {
    if (this.#root.hidden || nowMs < this.#nextRefreshMs) return;
    this.#nextRefreshMs = nowMs + REFRESH_MS;
    this.#state.dataset["state"] = metrics.connection;
    setText(this.#state, metrics.connection);
    for (const [target, text] of this.#values) setText(target, text(metrics));
  }
}

function bytesText(bytesPerSecond: number): string {
  return bytesPerSecond < 1000 ? `${bytesPerSecond.toFixed(0)} B/s` : `${(bytesPerSecond / 1000).toFixed(1)} kB/s`;
}
