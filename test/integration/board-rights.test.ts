import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { Client, type Room as SdkRoom } from "@colyseus/sdk";
import { SignJWT } from "jose";
import { type BoardOp, type BoardRecord, board } from "../../rooms/whiteboard/rules/board.ts";
import { type Connection, connect, openDocument, PushRefused, type Status } from "../../src/client/client.ts";
import { systemClock } from "../../src/clock/clock.ts";
import { createGrants } from "../../src/tokens/grants.ts";
import { BoardClient, note } from "../support/board-client.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const SECRET = "a-secret-for-tests-that-is-long-enough-to-sign-with";
const HOUR_MS = 60 * 60_000;

interface Visitors {
  readonly everyone: string;
  readonly visitors?: {
    get(sessionId: string): { readonly name: string; readonly role: string; readonly colour: number } | undefined;
  };
}

const sign = (userId: string, { roles = [] as string[], lifeS = 600, jti = userId } = {}): Promise<string> =>
  new SignJWT({ sub: userId, jti, roles })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + lifeS)
    .sign(new TextEncoder().encode(SECRET));

describe("rights on a board", () => {
  let test: TestNode;
  let boards = 0;
  let id = "";
  const connections: Connection[] = [];
  const entered: BoardClient[] = [];
  before(async () => {
    test = await startNode({ tokenSecret: SECRET });
  });
  beforeEach(() => {
    id = `board-${boards++}`;
  });
  afterEach(async () => {
    for (const { room } of entered.splice(0)) void room.leave().catch(() => {}); // some are out already
    await Promise.all(connections.splice(0).map((connection) => connection.close()));
  });
  after(() => test.close());

  const enter = async (userId: string, { roles = [] as string[], invite = "" } = {}): Promise<BoardClient> => {
    const sdk = new Client(test.wsUrl);
    sdk.auth.token = await sign(userId, { roles });
    const options = { id, name: userId, ...(invite && { invite }) };
    const client = new BoardClient(await sdk.joinOrCreate("whiteboard", options), crypto.randomUUID());
    client.room.reconnection.enabled = false;
    entered.push(client);
    client.hello();
    await client.next("op:welcome");
    return client;
  };
  const stateOf = ({ room }: { room: SdkRoom }): Visitors => room.state as unknown as Visitors;
  const roleOf = (client: BoardClient): string | undefined =>
    stateOf(client).visitors?.get(client.room.sessionId)?.role;
  const roleBecomes = (client: BoardClient, role: string): Promise<void> => {
    if (roleOf(client) === role) return Promise.resolve();
    return new Promise((resolve) =>
      client.room.onStateChange(() => {
        if (roleOf(client) === role) resolve();
      }),
    );
  };
  const invitation = async (client: BoardClient, role: string, ttlMs = HOUR_MS): Promise<string> => {
    const { invite } = (await client.room.request("invite", { role, ttlMs })) as { invite: string };
    return invite;
  };
  /** The code with which a request is refused. */
  const refusalOf = (request: Promise<unknown>): Promise<string | undefined> =>
    request.then(
      () => undefined,
      (error: { reason?: { code?: string } }) => error.reason?.code,
    );
  const owned = async (...ops: BoardOp[]): Promise<BoardClient> => {
    const ann = await enter("ann");
    ann.push(1, { t: "own" }, ...ops);
    await ann.next("op:ack");
    return ann;
  };

  for (const [roles, expected] of [
    [[], "editor"],
    [["whiteboard:*:viewer"], "editor"],
    [["whiteboard:*:owner"], "owner"],
    [["whiteboard:other:owner", "arena:*:owner", "whiteboard:*:king"], "editor"],
  ] as const) {
    it(`[BRD7] are shown: ${expected} with ${JSON.stringify(roles)}`, async () => {
      const ann = await enter("ann", { roles: [...roles] });

      await roleBecomes(ann, expected);
    });
  }

  it("[BRD13] leave each visitor a colour that nobody else has", async () => {
    const [ann, ...others] = [await enter("ann"), await enter("bob"), await enter("cid"), await enter("ann")];
    const all = [ann, ...others].map(({ room }) => room.sessionId);
    await Promise.all([ann, ...others].map((client) => roleBecomes(client, "editor")));
    const colours = all.map((sessionId) => stateOf(others[2] ?? ann).visitors?.get(sessionId)?.colour);

    assert.equal(colours[3], colours[0]);
    assert.equal(new Set(colours).size, 3);
  });

  it("[BRD7] hold for the board that a token names", async () => {
    const ann = await enter("ann", { roles: [`whiteboard:${id}:owner`] });

    await roleBecomes(ann, "owner");
    ann.push(1, { t: "share", everyone: "viewer" });

    assert.equal((await ann.next("op:ack")).outcome, "commit");
  });

  it("[BRD7] go to who takes a board that is nobody's, and change what others may do at once", async () => {
    const bob = await enter("bob");
    const ann = await owned({ t: "share", everyone: "viewer" });

    await Promise.all([roleBecomes(ann, "owner"), roleBecomes(bob, "viewer")]);
    bob.push(1, note("a"));

    const { code, detail } = await bob.next("op:nack");
    assert.deepEqual([code, detail], ["FORBIDDEN", "You may look at this board and chat, and not change it."]);
    assert.equal(stateOf(bob).everyone, "viewer");
  });

  it("[BRD7] let viewers chat, sign and show their cursors", async () => {
    await owned({ t: "share", everyone: "viewer" });
    const [bob, cid] = [await enter("bob"), await enter("cid")];

    bob.push(1, { t: "say", id: "m", text: "hi", name: "bob" }, { t: "sign", name: "bob" });
    bob.room.send("eph", { k: "cursor", v: { x: 1, y: 1 } });

    assert.equal((await bob.next("op:ack")).outcome, "commit");
    assert.equal((await cid.next("eph")).k, "cursor");
  });

  it("[BRD7] refuse a closed board to who has none, for good, and send away who is there", async () => {
    const bob = await enter("bob");
    const ann = await owned();
    ann.push(2, { t: "share", everyone: "none" });

    assert.equal(await bob.closed, 4505);
    await assert.rejects(enter("cid"), (error: { code?: unknown; message: string }) => {
      assert.deepEqual([error.code, error.message.slice(0, 13)], [4505, "BOARD_CLOSED:"]);
      return true;
    });
    assert.equal(await test.metric('arena_refusals_total{code="BOARD_CLOSED",where="socket"}'), 1);
    await roleBecomes(await enter("ann"), "owner");
  });

  it("[BRD7] let nobody back in who was away when the board was closed", async () => {
    const bob = await enter("bob");
    await roleBecomes(bob, "editor"); // only who was in once may come back
    const token = bob.room.reconnectionToken;
    const ann = await owned();
    const dropped = test.nextEvent("session:dropped", ({ sessionId }) => sessionId === bob.room.sessionId);
    bob.room.connection.close();
    await dropped;
    ann.push(2, { t: "share", everyone: "none" }, note("a", "for friends"));
    await ann.next("op:ack", 2);

    const sdk = new Client(test.wsUrl);
    sdk.auth.token = await sign("bob");

    await assert.rejects(sdk.reconnect(token), (error: { code?: unknown }) => error.code === 4505);
  });

  it("[BRD7] a client of the library is refused for good, with the reason", async () => {
    await owned({ t: "share", everyone: "none" });
    const refused = new Promise<string>((resolve) => {
      const connection = connect({ url: test.httpUrl, room: "whiteboard", options: { id } });
      connections.push(connection);
      connection.onStatus(
        (status: Status, { reason }) => status === "refused" && resolve(`${reason?.code} ${reason?.detail}`),
      );
    });

    assert.match(await refused, /^4505 BOARD_CLOSED: /);
  });

  it("[BRD7] change with the token", async () => {
    const ann = await enter("ann");
    const token = await sign("ann", { roles: ["whiteboard:*:owner"], jti: "newer" });

    await ann.room.request("token", { token });

    await roleBecomes(ann, "owner");
  });

  it("[BRD7] a push of a viewer through the library is refused by the server, and leaves the view again", async () => {
    await owned({ t: "share", everyone: "viewer" });
    const connection = connect({ url: test.httpUrl, room: "whiteboard", options: { id } });
    connections.push(connection);
    const doc = await openDocument<BoardOp, BoardRecord>(connection, { document: board });

    const push = doc.push([{ t: "create", id: "a", type: "note", g: {} }]);
    const shown = doc.get("a");

    await assert.rejects(push, (error) => error instanceof PushRefused && error.code === "FORBIDDEN");
    assert.deepEqual([shown !== undefined, doc.get("a")], [true, undefined]);
  });

  it("[BRD8] grants its role on its board until it ends", async () => {
    const ann = await owned({ t: "share", everyone: "none" });

    const bob = await enter("bob", { invite: await invitation(ann, "viewer", 1500) });

    await roleBecomes(bob, "viewer");
    assert.equal(await bob.closed, 4505);
  });

  it("[BRD8] leaves nothing behind of who is refused", async () => {
    const roomId = test.nextEvent("room:created").then((event) => event.roomId);
    await assert.rejects(enter("bob", { invite: "x.y.z" }), /GRANT_INVALID/);

    const created = await roomId;

    assert.ok(
      test.colyseus.getRoomById(created) === undefined ||
        (await test.nextEvent("room:disposed", (event) => event.roomId === created)),
    );
  });

  it("[BRD8] makes an editor, and an owner", async () => {
    const ann = await owned({ t: "share", everyone: "viewer" });

    const bob = await enter("bob", { invite: await invitation(ann, "editor") });
    const cid = await enter("cid", { invite: await invitation(ann, "owner") });

    await Promise.all([roleBecomes(bob, "editor"), roleBecomes(cid, "owner")]);
  });

  for (const [giver, role] of [
    ["editor", "viewer"],
    ["owner", "owner"],
    ["owner", "viewer"],
  ] as const) {
    it(`[BRD8] ends with the one by which its giver came as ${giver}: for a ${role}`, async () => {
      const ann = await owned({ t: "share", everyone: "none" });
      const bob = await enter("bob", { invite: await invitation(ann, giver) });

      const asked = bob.room.request("invite", { role, ttlMs: 10 * HOUR_MS });
      const { expiresAtMs } = (await asked) as { expiresAtMs: number };

      assert.ok(expiresAtMs <= Date.now() + HOUR_MS);
    });
  }

  it("[BRD8] lasts longer where its giver may give it without the one by which they came", async () => {
    const bob = await enter("bob", { invite: await invitation(await owned(), "owner") });

    const { expiresAtMs } = (await bob.room.request("invite", { role: "viewer", ttlMs: 10 * HOUR_MS })) as {
      expiresAtMs: number;
    };

    assert.ok(expiresAtMs > Date.now() + 9 * HOUR_MS);
  });

  it("[BRD8] makes nobody an owner for good who is one for a time, whatever they ask for", async () => {
    const ann = await owned();
    const bob = await enter("bob", { invite: await invitation(ann, "owner") });

    assert.equal(await refusalOf(bob.room.request("deed", {})), "FORBIDDEN");
    assert.equal(await refusalOf((await enter("cid")).room.request("deed", {})), "FORBIDDEN");
  });

  it("[BRD8] makes nobody the owner of a board that is nobody's for longer than it holds", async () => {
    const ann = await enter("ann", { roles: ["whiteboard:*:owner"] });
    ann.push(1, { t: "share", everyone: "viewer" });
    await ann.next("op:ack");
    const bob = await enter("bob", { invite: await invitation(ann, "editor") });

    bob.push(1, { t: "own" });
    const { code } = await bob.next("op:nack");
    bob.push(1, note("a"));

    assert.equal(code, "FORBIDDEN");
    assert.equal((await bob.next("op:ack")).outcome, "commit");
  });

  it("[BRD11] is worth nothing once an owner has withdrawn all: who came by one loses what it gave at once", async () => {
    const ann = await owned({ t: "share", everyone: "none" });
    const old = await invitation(ann, "editor");
    const bob = await enter("bob", { invite: old });
    const cid = await enter("cid", { invite: await invitation(bob, "viewer") });

    ann.push(2, { t: "withdraw" });

    assert.deepEqual([await bob.closed, await cid.closed], [4505, 4505]);
    await assert.rejects(enter("bob", { invite: old }), /GRANT_INVALID/);
    await roleBecomes(await enter("bob", { invite: await invitation(ann, "editor") }), "editor");
  });

  it("[BRD11] leaves who came by one what everybody may do", async () => {
    const ann = await owned({ t: "share", everyone: "viewer" });
    const bob = await enter("bob", { invite: await invitation(ann, "owner") });
    await roleBecomes(bob, "owner");

    ann.push(2, { t: "withdraw" });

    await roleBecomes(bob, "viewer");
  });

  it("[BRD11] an owner's own deed makes them owner as somebody else too, and is not withdrawn", async () => {
    const ann = await owned({ t: "share", everyone: "none" });
    const { invite } = (await ann.room.request("deed", {})) as { invite: string };
    ann.push(2, { t: "withdraw" });
    await ann.next("op:ack", 2);

    const later = await enter("ann-later", { invite });

    await roleBecomes(later, "owner");
    assert.equal(await refusalOf(later.room.request("deed", {})), undefined);
  });

  it("[BRD11] is no deed where it was made before invitations were counted", async () => {
    await owned({ t: "share", everyone: "none" });
    const grants = createGrants([createSecretKey(Buffer.from(SECRET))], systemClock());
    const { token } = await grants.grant({ kind: "invite", room: `whiteboard/${id}`, role: "viewer" }, HOUR_MS);

    const bob = await enter("bob", { invite: token });

    await roleBecomes(bob, "viewer");
    assert.equal(await refusalOf(bob.room.request("deed", {})), "FORBIDDEN");
  });

  it("[BRD8] is given by editors to viewers only, and by viewers to nobody", async () => {
    await owned();
    const bob = await enter("bob");
    const asked = (client: BoardClient, role: string) =>
      refusalOf(client.room.request("invite", { role, ttlMs: HOUR_MS }));

    assert.deepEqual(
      [await asked(bob, "owner"), await asked(bob, "editor"), await asked(bob, "viewer")],
      ["FORBIDDEN", "FORBIDDEN", undefined],
    );
  });

  for (const [what, payload] of [
    ["an unknown role", { role: "king", ttlMs: HOUR_MS }],
    ["no time", { role: "viewer", ttlMs: 0 }],
    ["all times", { role: "viewer", ttlMs: 1e15 }],
  ] as const) {
    it(`[BRD8] is not given for ${what}`, async () => {
      const ann = await owned();

      assert.equal(await refusalOf(ann.room.request("invite", payload)), "MESSAGE_INVALID");
    });
  }

  it("[BRD8] is refused on another board, and made up, and over a user's token", async () => {
    const foreign = await invitation(await owned(), "editor");
    id = `${id}-other`;

    for (const invite of [foreign, "x.y.z", await sign("ann")]) {
      await assert.rejects(enter("bob", { invite }), /GRANT_INVALID/);
    }
  });

  it("[BRD8] is refused when it has ended, and says so", async () => {
    const ann = await owned();
    const { invite, expiresAtMs } = (await ann.room.request("invite", { role: "editor", ttlMs: 1000 })) as {
      invite: string;
      expiresAtMs: number;
    };
    while (Date.now() <= expiresAtMs) await ann.room.request("invite", { role: "viewer", ttlMs: HOUR_MS });

    await assert.rejects(enter("bob", { invite }), (error: { code?: unknown; message: string }) => {
      assert.deepEqual([error.code, error.message.slice(0, 14)], [4504, "GRANT_EXPIRED:"]);
      return true;
    });
  });

  it("[BRD7] give tickets for images to editors, for one minute and as many bytes as they ask for", async () => {
    await owned({ t: "share", everyone: "viewer" });
    const ann = await enter("ann");
    const bob = await enter("bob");

    const ticket = (await ann.room.request("image", { bytes: 1000 })) as Record<string, unknown>;

    assert.equal(ticket["maxBytes"], 1000);
    assert.ok(Math.abs(Number(ticket["expiresAtMs"]) - Date.now() - 60_000) < 10_000);
    assert.equal(await refusalOf(bob.room.request("image", { bytes: 1000 })), "FORBIDDEN");
  });

  it("[BRD5] [OPL1] tell a client where its shape came to lie, when its place was taken", async () => {
    const ann = await enter("ann");
    const shape = (key: string) => ({
      t: "create",
      id: key,
      type: "note",
      g: { tree: { parentId: null, index: "a0" } },
    });
    ann.push(1, shape("a"));
    ann.push(2, shape("b"));

    const { outcome, effects } = await ann.next("op:ack", 2);

    assert.equal(outcome, "adjusted");
    assert.deepEqual(effects, [{ ...shape("b"), g: { tree: { parentId: null, index: "a1" } } }]);
  });
});

describe("a board that somebody fills", () => {
  let test: TestNode;
  before(async () => {
    test = await startNode({ tokenSecret: SECRET, maxDocumentBytes: 400_000 });
  });
  after(() => test.close());

  it("[BRD12] leaves others their share, and everybody the chat", async () => {
    const join = async (userId: string) => {
      const sdk = new Client(test.wsUrl);
      sdk.auth.token = await sign(userId);
      const client = new BoardClient(await sdk.joinOrCreate("whiteboard", { id: "full" }), userId);
      client.hello();
      await client.next("op:welcome");
      return client;
    };
    const outcomeOf = async (client: BoardClient, n: number, ...ops: object[]): Promise<string> => {
      const count = client.of("op:nack").length;
      client.push(n, ...ops);
      await client.until(() => client.of("op:nack").length > count || client.of("op:ack").some((ack) => ack.n === n));
      return client.of("op:nack")[count]?.detail ?? "taken";
    };
    const [bob, ann] = [await join("bob"), await join("ann")];
    let [outcome, n] = ["taken", 0];
    while (outcome === "taken") outcome = await outcomeOf(bob, ++n, note(`b${n}`, "x".repeat(18_000)));

    assert.match(outcome, /your share of this board/);
    assert.equal(await outcomeOf(ann, 1, note("a", "x".repeat(18_000))), "taken");
    assert.equal(await outcomeOf(bob, n, { t: "say", id: "m", text: "hi", name: "bob" }), "taken");
    assert.equal(await outcomeOf(bob, n + 1, { t: "del", id: "b1" }), "taken");
  });
});
