/**
 * Socket.IO on its Redis adapter, with sockets that are known to the adapter and have no connection: what `fetchSockets` reads of one
 * is the same. Its argument is the address of a Redis. Each user's sockets are in a room of the user's name.
 */
import { createAdapter } from "@socket.io/redis-adapter";
import { Redis } from "ioredis";
import { Server } from "socket.io";
import { answerParent } from "../presence/child.ts";

const [redisUrl = ""] = process.argv.slice(2);
const [publisher, subscriber] = [new Redis(redisUrl), new Redis(redisUrl)];
const io = new Server({ adapter: createAdapter(publisher, subscriber) });
const namespace = io.of("/");
await Promise.all([publisher.ping(), subscriber.ping()]);
const MS_PER_S = 1000;

function add(userId: string): void {
  const rooms = new Set([userId]);
  const handshake = {
    headers: {},
    time: "",
    address: "",
    xdomain: false,
    secure: false,
    issued: 0,
    url: "",
    query: {},
    auth: {},
  };
  const data = { userId, roomId: `room-${userId.length}`, room: "arena", status: "" };
  namespace.sockets.set(userId, { id: userId, handshake, rooms, data } as never); // all that is read of it
  void namespace.adapter.addAll(userId, rooms);
}

async function fetchUsers(users: readonly string[]): Promise<number> {
  const startMs = performance.now();
  const found = await io.in([...users]).fetchSockets();
  if (found.length < users.length) throw new Error(`${found.length} of ${users.length} were found.`);
  return performance.now() - startMs;
}

answerParent({
  add: (users: readonly string[]) => {
    for (const userId of users) add(userId);
  },
  fetch: fetchUsers,
  /** Each of these watchers asks once a second, evenly spread, for some seconds; gives what each asking took. */
  poll: async ([watchers, seconds]: readonly [readonly (readonly string[])[], number]) => {
    const asked: Promise<number>[] = [];
    for (let n = 0; n < watchers.length * seconds; n++) {
      const dueMs = (n / watchers.length) * MS_PER_S;
      asked.push(
        new Promise((resolve) => setTimeout(resolve, dueMs)).then(() =>
          fetchUsers(watchers[n % watchers.length] ?? []),
        ),
      );
    }
    const done = await Promise.allSettled(asked);
    return done.map((each) => (each.status === "fulfilled" ? each.value : null));
  },
  cpuUs: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  rssBytes: () => process.memoryUsage.rss(),
});
