import { manualClock } from "../../../src/clock/clock.ts";
import { PresenceMemory, PresenceMemoryStore } from "../../../src/presence/memory-store.ts";
import { presenceStoreContract } from "../../support/presence-store-contract.ts";

presenceStoreContract(
  "The memory of a process",
  async (listener) => new PresenceMemoryStore(new PresenceMemory(manualClock()), listener),
);
