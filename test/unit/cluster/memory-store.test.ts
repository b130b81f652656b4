import { systemClock } from "../../../src/clock/clock.ts";
import { MemoryStore } from "../../../src/cluster/memory-store.ts";
import { clusterStoreContract } from "../../support/cluster-store-contract.ts";

clusterStoreContract("The memory of a process", async () => new MemoryStore(systemClock()));
