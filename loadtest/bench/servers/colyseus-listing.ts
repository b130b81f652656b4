/** The listing of `@colyseus/redis-driver`; its argument is the address of a Redis. */
import { RedisDriver } from "@colyseus/redis-driver";
import { serveListing } from "./listing-server.ts";

const driver = new RedisDriver(process.argv[2]);
await serveListing({
  processId: "listing",
  insert: (row) => driver.persist(row),
  findOne: (conditions, sort) => driver.findOne(conditions, sort),
});
