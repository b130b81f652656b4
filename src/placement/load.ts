/** What a node can run out of. */
export const RESOURCES = ["connections", "loop", "ticks", "egress", "memory"] as const;
export type Resource = (typeof RESOURCES)[number];

/** How much of each is used: connections are counted, everything else is a share of what the node has (1 is full). */
export type Load = Readonly<Record<Resource, number>>;
