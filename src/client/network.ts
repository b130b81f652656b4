import type { Stop } from "./listeners.ts";

/** What the machine knows of its network and of who looks. */
export interface Network {
  /** False where it is known that nothing can be reached. */
  readonly isOnline: boolean;
  /** Tells when the network comes, when it goes, and when the page is looked at again. */
  watch(listener: (change: "online" | "offline" | "visible") => void): Stop;
}

/** The network as a browser tells of it; elsewhere it is always there. */
export function systemNetwork(): Network {
  const target = typeof window === "undefined" ? undefined : window;
  return {
    get isOnline() {
      return target === undefined || target.navigator.onLine;
    },
    watch: (listener) => {
      if (!target) return () => {};
      const ended = new AbortController();
      const { signal } = ended;
      target.addEventListener("online", () => listener("online"), { signal });
      target.addEventListener("offline", () => listener("offline"), { signal });
      const onVisible = (): void => {
        if (target.document.visibilityState === "visible") listener("visible");
      };
      target.document.addEventListener("visibilitychange", onVisible, { signal });
      return () => ended.abort();
    },
  };
}
