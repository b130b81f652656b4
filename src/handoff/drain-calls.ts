import { z } from "zod";
import type { Draining } from "./drains.ts";
import type { Calls } from "./move-calls.ts";

/** How a node is to be emptied. */
export const drainOrder = z.strictObject({
  /** Time that it has for it, in ms. */
  budgetMs: z.number().int().min(0).max(3_600_000).nullish(),
  /** Whether its process ends then. */
  exit: z.boolean().nullish(),
  /** Also where the others have no place for those who are there. */
  force: z.boolean().nullish(),
});
export type DrainOrder = z.infer<typeof drainOrder>;

type Peer = Parameters<Calls["call"]>[0];

const BEGIN = "drain:begin";
const ANSWER_MS = 2000;

const count = z.number();
const draining = z.object({
  nodeId: z.string(),
  progress: z.object({
    rooms: count,
    moved: count,
    ended: count,
    left: count,
    pinned: count,
    leftMs: count,
    isOver: z.boolean().default(false), // an older version does not say
  }),
});

/** Answers other processes that ask this one to be emptied; gives what asks them. */
export function createDrainCalls(
  peers: Calls,
  begin: (order: DrainOrder) => Promise<Draining>,
): (node: Peer, order: DrainOrder) => Promise<Draining> {
  peers.on(BEGIN, async (payload) => begin(drainOrder.parse(payload)));
  return async (node, order) => draining.parse(await peers.call(node, BEGIN, order, ANSWER_MS));
}
