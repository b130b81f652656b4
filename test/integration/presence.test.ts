import assert from "node:assert/strict";
import { Client, type Room as Seat } from "@colyseus/sdk";
import { z } from "zod";
import { connect } from "../../src/client/client.ts";
import type { UserPresence } from "../../src/protocol/protocol.ts";
import { Room } from "../../src/room/room.ts";
import { openFaultProxy } from "../support/fault-proxy.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const ADMIN = "an-admin-token-for-tests";

/** A room whose people may see everybody. */
class OpenRoom extends Room {
  override mayWatch(): boolean {
    return true;
  }
}

/** A room that its people hide. */
class ShyRoom extends Room {
  override messages = {
    hide: {
      format: z.strictObject({ isHidden: z.boolean() }),
      handler: (_client: unknown, { isHidden }: { isHidden: boolean }) => this.setPrivate(isHidden),
    },
  };
}

interface Told {
  readonly revision: number;
  readonly isSnapshot: boolean;
  readonly users: Readonly<Record<string, UserPresence>>;
}

interface Person {
  readonly userId: string;
  readonly room: Seat;
  readonly told: Told[];
  /** Resolves when what this person knows of a user fits. */
  until(userId: string, fits: (presence: UserPresence) => boolean): Promise<void>;
}

describe("presence", function () {
  this.timeout(30_000);
  let test: TestNode;
  before(async () => {
    test = await startNode(
      { adminToken: ADMIN },
      { open: { room: OpenRoom }, shy: { room: ShyRoom }, plain: { room: class extends Room {} } },
    );
  });
  after(() => test.close());

  const guest = async (): Promise<{ token: string; userId: string }> =>
    (await (await fetch(`${test.httpUrl}/api/token`, { method: "POST" })).json()) as { token: string; userId: string };
  const enter = async (name: string, known?: { token: string; userId: string }, url = test.wsUrl): Promise<Person> => {
    const { token, userId } = known ?? (await guest());
    const sdk = new Client(url);
    sdk.auth.token = token;
    const room = await sdk.joinOrCreate(name);
    Object.assign(room.reconnection, { minUptime: 0, delay: 100 });
    const [told, checks] = [[] as Told[], new Set<() => void>()];
    room.onMessage("presence", (one: Told) => {
      told.push(one);
      for (const check of checks) check();
    });
    return {
      userId,
      room,
      told,
      until: (of, fits) =>
        new Promise((resolve) => {
          const check = (): void => {
            const presence = Object.assign({}, ...told.map(({ users }) => users))[of];
            if (!presence || !fits(presence)) return;
            checks.delete(check);
            resolve();
          };
          checks.add(check);
          check();
        }),
    };
  };
  const isIn = (person: Person) => (presence: UserPresence) =>
    presence.sessions.some(({ roomId }) => roomId === person.room.roomId);

  it("[PRS3] tells who watches where users are, and how they say that they are", async () => {
    const [ann, bob] = [await enter("open"), await enter("plain")];
    ann.room.send("presence:watch", { users: [bob.userId, "nobody"] });
    await ann.until(bob.userId, isIn(bob));
    bob.room.send("presence:status", { status: "away" });
    await ann.until(bob.userId, ({ sessions }) => sessions[0]?.status === "away");

    const [first] = ann.told;
    assert.deepEqual(
      [first?.revision, first?.isSnapshot, first?.users["nobody"]],
      [1, true, { online: false, sessions: [] }],
    );
    assert.deepEqual(
      ann.told.map(({ revision }) => revision),
      ann.told.map((_, n) => n + 1),
    );
    await Promise.all([ann, bob].map(({ room }) => room.leave()));
  });

  it("[PRS1] shows nobody that a connection was lost and came back, and that it went for good some time after", async () => {
    const lines = await openFaultProxy({ targetPort: test.node.port });
    const [ann, bob] = [await enter("open"), await enter("plain", await guest(), `ws://127.0.0.1:${lines.port}`)];
    ann.room.send("presence:watch", { users: [bob.userId] });
    await ann.until(bob.userId, isIn(bob));
    const [back, before] = [new Promise<void>((resolve) => bob.room.onReconnect(resolve)), ann.told.length];
    lines.cut();
    await back;
    const meanwhile = ann.told.length - before;
    await bob.room.leave();
    await ann.until(bob.userId, ({ online }) => !online);

    assert.equal(meanwhile, 0);
    assert.ok((ann.told.at(-1)?.users[bob.userId]?.lastSeen ?? 0) > 0);
    await ann.room.leave();
    await lines.close();
  });

  it("[PRS1] has a user of two devices online until both are gone", async () => {
    const known = await guest();
    const [ann, desk, phone] = [await enter("open"), await enter("plain", known), await enter("plain", known)];
    ann.room.send("presence:watch", { users: [known.userId] });
    await ann.until(known.userId, ({ sessions }) => sessions.length === 2);
    await desk.room.leave();
    await ann.until(known.userId, ({ online, sessions }) => online && sessions.length === 1);
    await phone.room.leave();
    await ann.until(known.userId, ({ online }) => !online);
    await ann.room.leave();
  });

  it("[PRS4] lets a client follow 500 users, and not one more", async () => {
    const ann = await enter("open");
    const many = Array.from({ length: 499 }, (_, n) => `nobody-${n}`);
    const refused = new Promise<void>((resolve) => void ann.room.onError(() => resolve()));
    ann.room.send("presence:watch", { users: [ann.userId, ...many, "too many"] });
    await refused;
    ann.room.send("presence:watch", { users: [ann.userId, ...many] });
    await ann.until(ann.userId, ({ online }) => online);

    assert.deepEqual(ann.told.map(({ users }) => Object.keys(users).length).slice(0, 1), [500]);
    await ann.room.leave();
  });

  it("[PRS4] lets a client follow 500 users also where their ids are as long as they may be", async () => {
    const ann = await enter("open");
    const users = Array.from({ length: 500 }, (_, n) => `${n}`.padStart(128, "x"));
    const told = ann.until(users[0] ?? "", ({ online }) => !online);
    await ann.room.request("presence:watch", { users });
    await told;

    assert.deepEqual(Object.keys(ann.told[0]?.users ?? {}), users);
    await ann.room.leave();
  });

  it("[PRS5] tells nothing of users whom a client may not see: those in no room with it", async () => {
    const [ann, bob, cem] = [await enter("plain"), await enter("plain"), await enter("open")];
    ann.room.send("presence:watch", { users: [bob.userId, cem.userId] });
    await ann.until(bob.userId, isIn(bob));

    assert.deepEqual(Object.keys(ann.told[0]?.users ?? {}), [bob.userId]);
    await Promise.all([ann, bob, cem].map(({ room }) => room.leave()));
  });

  it("[PRS5] tells nothing of who may not be seen any more, not even that something has changed", async () => {
    const known = await guest();
    const [ann, bob, dan] = [await enter("plain"), await enter("plain", known), await enter("plain")];
    const [elsewhere, eve] = [await enter("open", known), await enter("open")];
    ann.room.send("presence:watch", { users: [bob.userId, dan.userId] });
    eve.room.send("presence:watch", { users: [bob.userId] });
    await ann.until(bob.userId, isIn(elsewhere));
    await eve.until(bob.userId, isIn(elsewhere));
    await bob.room.leave();
    await eve.until(bob.userId, ({ sessions }) => sessions.length === 1);
    elsewhere.room.send("presence:status", { status: "busy" });
    await eve.until(bob.userId, ({ sessions }) => sessions[0]?.status === "busy");
    dan.room.send("presence:status", { status: "here" });
    await ann.until(dan.userId, ({ sessions }) => sessions[0]?.status === "here");

    assert.deepEqual(
      ann.told.filter(({ users }) => Object.keys(users).length === 0),
      [],
    );
    assert.deepEqual(
      ann.told.map(({ revision }) => revision),
      ann.told.map((_, n) => n + 1),
    );
    await Promise.all([ann, dan, elsewhere, eve].map(({ room }) => room.leave()));
  });

  it("[PRS3] is followed with the client library, across lost connections", async () => {
    const [{ token }, bob] = [await guest(), await enter("plain")];
    const lines = await openFaultProxy({ targetPort: test.node.port });
    const ann = connect({ url: `ws://127.0.0.1:${lines.port}`, room: "open", token });
    const told: [UserPresence | undefined, readonly string[]][] = [];
    const until = async (fits: (presence: UserPresence) => boolean): Promise<void> => {
      while (!fits(told.at(-1)?.[0] ?? { online: false, sessions: [] })) await next.promise;
    };
    let next = Promise.withResolvers<void>();
    ann.presence.watch([bob.userId], (users, changed) => {
      told.push([users.get(bob.userId), changed]);
      next.resolve();
      next = Promise.withResolvers();
    });
    ann.presence.setStatus("away");
    await until(isIn(bob));
    const back = new Promise<void>((resolve) => ann.onStatus((status) => status === "online" && resolve()));
    lines.cut();
    await back;
    bob.room.send("presence:status", { status: "busy" });
    await until(({ sessions }) => sessions[0]?.status === "busy");

    assert.ok(told.every(([, changed]) => changed.length === 1 && changed[0] === bob.userId));
    await Promise.all([ann.close(), bob.room.leave()]);
    await lines.close();
  });

  it("[PRS5] tells nobody the id of a private room", async () => {
    const ann = await enter("open");
    const { token, userId } = await guest();
    const sdk = new Client(test.wsUrl);
    sdk.auth.token = token;
    const game = await sdk.create("arena", { private: true, bots: 0 });
    ann.room.send("presence:watch", { users: [userId] });
    await ann.until(userId, ({ sessions }) => sessions[0]?.room === "arena");

    assert.ok(!JSON.stringify(ann.told).includes(game.roomId));
    assert.equal(ann.told.at(-1)?.users[userId]?.sessions[0]?.isPrivate, true);
    await Promise.all([ann.room.leave(), game.leave()]);
  });

  it("[PRS5] tells nobody the id of a room that has become private, until it is public again", async () => {
    const [ann, bob] = [await enter("open"), await enter("shy")];
    ann.room.send("presence:watch", { users: [bob.userId] });
    await ann.until(bob.userId, isIn(bob));
    await bob.room.request("hide", { isHidden: true });
    await ann.until(bob.userId, ({ sessions }) => sessions[0]?.isPrivate === true);
    const hidden = ann.told.at(-1)?.users[bob.userId]?.sessions[0]?.roomId;
    await bob.room.request("hide", { isHidden: false });
    await ann.until(bob.userId, isIn(bob));

    assert.equal(hidden, "");
    await Promise.all([ann, bob].map(({ room }) => room.leave()));
  });

  it("[PRS5] answers over HTTP who runs the node, and users about themselves", async () => {
    const bob = await enter("plain");
    const { token, userId } = await guest();
    const ask = async (
      users: string,
      bearer?: string,
    ): Promise<{ status: number; users?: Record<string, UserPresence> }> => {
      const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      const answer = await fetch(`${test.httpUrl}/api/presence?users=${users}`, { headers });
      return { status: answer.status, ...((await answer.json()) as { users?: Record<string, UserPresence> }) };
    };
    let all = await ask(bob.userId, ADMIN);
    while (!all.users?.[bob.userId]?.online) all = await ask(bob.userId, ADMIN);

    assert.deepEqual(all.users[bob.userId]?.sessions[0]?.roomId, bob.room.roomId);
    assert.deepEqual((await ask(userId, token)).users, { [userId]: { online: false, sessions: [] } });
    assert.deepEqual(
      [(await ask(bob.userId, token)).status, (await ask(bob.userId)).status, (await ask("", ADMIN)).status],
      [401, 401, 400],
    );
    await bob.room.leave();
  });
});
