import { type Action, step } from "./actions.ts";
import { assertAtRest } from "./at-rest.ts";
import type { Variant } from "./variant.ts";
import { World } from "./world.ts";

/** Runs a world through its steps, lets it come to rest, and checks it. */
export function run(variant: Variant, actions: readonly Action[], counts?: Map<string, number>): World {
  const world = new World(variant, counts);
  for (const action of actions) step(world, action);
  world.settle();
  assertAtRest(world);
  return world;
}
