import { createMemoryStore, MemoryLogs } from "../../../src/op-log/memory-store.ts";
import type { LogStore } from "../../../src/op-log/store.ts";
import { logStoreContract } from "../../support/log-store-contract.ts";

logStoreContract("the memory store", async (clock) => {
  const logs = new MemoryLogs();
  const stores: LogStore[] = [];
  return {
    async start(options) {
      const store = createMemoryStore({ clock, logs, ...options });
      stores.push(store);
      return store;
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
});
