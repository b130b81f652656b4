/**
 * Whether this process may act for the rooms that it runs. It may not while it cannot be sure that no other process has
 * taken them over; then it takes nothing in, and shows nothing.
 */
export interface Authority {
  /** Asked again each time: the answer is worth nothing a moment later. */
  mayAct(): boolean;
  /** Calls `run` once, when it may act again; not at all where it never may. */
  whenMayAct(run: () => void): void;
}

/** Of a process whose rooms nobody else can take. */
export const SOLE_AUTHORITY: Authority = { mayAct: () => true, whenMayAct: (run) => run() };

/** What a lease tells. */
interface Lease {
  mayAct(): boolean;
  onLease(listener: (event: "fenced" | "held" | "lost") => void): unknown;
}

/** As long as the lease lets this process act. */
export function authorityOf(lease: Lease): Authority {
  let waiting: (() => void)[] = [];
  lease.onLease((event) => {
    if (event !== "held") return;
    const due = waiting;
    waiting = [];
    for (const run of due) run();
  });
  return { mayAct: () => lease.mayAct(), whenMayAct: (run) => void waiting.push(run) };
}
