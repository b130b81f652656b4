import { manualClock } from "../../../src/clock/clock.ts";
import { MemoryStore } from "../../../src/cluster/memory-store.ts";
import { clusterStoreContract } from "../../support/cluster-store-contract.ts";

clusterStoreContract("The memory of a process", async () => {
  const clock = manualClock();
  return { store: new MemoryStore(clock), pass: async (ms) => clock.advance(ms) };
});
