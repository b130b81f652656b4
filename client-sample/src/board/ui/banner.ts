import { element, setText } from "../../ui/dom.ts";
import type { BoardSession } from "../session/board-session.ts";
import { connectionWords } from "../session/status-words.ts";

/** A connection that comes back sooner was nothing to tell of. */
const PATIENCE_MS = 2000;
const REFRESH_MS = 500;

/** Says that there is no connection, once that matters, and offers to try at once. */
export function openBanner(session: BoardSession): void {
  const { connection } = session;
  const root = element("banner", HTMLElement);
  const text = element("banner-text", HTMLElement);
  let hasBeenOnline = connection.status === "online";
  let sinceMs = performance.now();
  let retryAtMs = 0;
  let timer = 0;

  const refresh = (): void => {
    const { status, statusDetail } = connection;
    const isAway = status === "reconnecting" || status === "offline";
    root.hidden = !isAway || performance.now() - sinceMs < PATIENCE_MS;
    const retryInMs = Math.max(0, retryAtMs - performance.now());
    const known = { hasBeenOnline, canEdit: session.canEdit };
    if (!root.hidden) setText(text, connectionWords(status, { ...statusDetail, retryInMs }, known));
    if (isAway && timer === 0) timer = window.setInterval(refresh, REFRESH_MS);
    if (isAway || timer === 0) return;
    window.clearInterval(timer);
    timer = 0;
  };

  element("banner-retry", HTMLButtonElement).addEventListener("click", () => connection.reconnect());
  connection.onStatus((status, { retryInMs = 0 }) => {
    retryAtMs = performance.now() + retryInMs;
    if (status === "online") hasBeenOnline = true;
    if (status === "online" || root.dataset["was"] === "online") sinceMs = performance.now();
    root.dataset["was"] = status;
    refresh();
  });
  refresh();
}
