import { createMemoryStore } from "../../../src/images/memory-store.ts";
import { imageStoreContract } from "../../support/image-store-contract.ts";

imageStoreContract("the memory store", async () => {
  const store = createMemoryStore(); // which stands for every process there may be
  return { start: async () => store, dispose: async () => {} };
});
