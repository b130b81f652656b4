import assert from "node:assert/strict";
import { type ChatOp, type ChatRecord, chat, messagesOf } from "../../rooms/chat/rules/chat.ts";
import { type Connection, connect, openDocument, type SharedDocument } from "../../src/client/client.ts";
import { type BoardClient, joinBoard } from "../support/board-client.ts";
import { type FaultProxy, openFaultProxy } from "../support/fault-proxy.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

type Chat = SharedDocument<ChatOp, ChatRecord>;

const say = (id: string, text = id): ChatOp => ({ t: "say", id, text, name: "Ann" });

describe("a chat room", () => {
  let test: TestNode;
  let proxy: FaultProxy;
  let chats = 0;
  let id = "";
  const connections: Connection[] = [];
  before(async () => {
    test = await startNode();
    proxy = await openFaultProxy({ targetPort: test.node.port });
  });
  beforeEach(() => {
    id = `chat-${chats++}`;
  });
  afterEach(() => Promise.all(connections.splice(0).map((connection) => connection.close())));
  after(async () => {
    await proxy.close();
    await test.close();
  });

  const open = async (port = test.node.port): Promise<Chat> => {
    const connection = connect({ url: `http://127.0.0.1:${port}`, room: "chat", options: { id, name: "Ann" } });
    connections.push(connection);
    return openDocument<ChatOp, ChatRecord>(connection, { document: chat });
  };
  const enter = (): Promise<BoardClient> => joinBoard(test.wsUrl, id, { room: "chat" });
  const textsOf = (doc: Chat): readonly string[] => messagesOf(doc).map(({ said }) => said);
  const becomes = (doc: Chat, count: number): Promise<void> =>
    new Promise((resolve) => {
      const stop = doc.onChange(look);
      function look(): void {
        if (messagesOf(doc).length < count) return;
        stop();
        resolve();
      }
      look();
    });

  it("[CHT1] shows newcomers what was said, in order", async () => {
    const ann = await open();
    await Promise.all(["one", "two", "three"].map((text) => ann.push([say(text)])));

    const bob = await open();
    await becomes(bob, 3);

    assert.deepEqual(textsOf(bob), ["one", "two", "three"]);
  });

  it("[CHT1] brings each message once, whatever becomes of the connection", async () => {
    const bob = await open();
    const ann = await open(proxy.port);
    const pushes = ["one", "two", "three"].map((text) => ann.push([say(text)]));
    proxy.cut();
    await Promise.all(pushes);

    await becomes(bob, 3);

    assert.deepEqual(textsOf(bob), ["one", "two", "three"]);
  });

  it("[CHT1] takes a message once that is pushed again as another push", async () => {
    const ann = await enter();
    ann.push(1, say("m"));
    ann.push(2, say("m"));

    assert.deepEqual(
      [(await ann.next("op:ack")).outcome, (await ann.next("op:ack", 2)).outcome],
      ["commit", "discard"],
    );
  });

  it("[CHT1] takes ten messages in ten seconds of one client, then says when the next may come, and blames nobody", async () => {
    const ann = await enter();
    for (let n = 1; n <= 11; n++) ann.push(n, say(`m${n}`));

    const { n, code, retryAfterMs = 0 } = await ann.next("op:nack");

    assert.deepEqual([n, code], [11, "RATE_LIMITED"]);
    assert.ok(retryAfterMs > 5000 && retryAfterMs <= 10_000, `${retryAfterMs}`);
    assert.equal(await test.metric('arena_refusals_total{code="OP_REFUSED",where="socket"}'), 0);
  });

  it("[CHT1] takes no more of one user on several connections", async () => {
    const answer = await fetch(`${test.httpUrl}/api/token`, { method: "POST" });
    const { token } = (await answer.json()) as { token: string };
    const [one, other] = await Promise.all([1, 2].map(() => joinBoard(test.wsUrl, id, { room: "chat", token })));
    for (let n = 1; n <= 10; n++) one?.push(n, say(`m${n}`));
    await one?.next("op:ack", 10);

    other?.push(1, say("more"));

    assert.equal((await other?.next("op:nack"))?.code, "RATE_LIMITED");
  });

  it("[CHT1] answers a message again that was taken, however many came since", async () => {
    const ann = await enter();
    for (let n = 1; n <= 10; n++) ann.push(n, say(`m${n}`));
    await ann.next("op:ack", 10);

    ann.push(3, say("m3"));

    assert.equal((await ann.next("op:ack", 11)).n, 3);
  });

  it("[CHT2] refuses what is no text", async () => {
    const ann = await enter();
    ann.push(1, { ...say("m"), text: "a\u0000b" });

    assert.equal((await ann.next("op:nack")).code, "INVALID");
  });

  it("[CHT1] is part of a board, whose shapes it does not touch", async () => {
    const ann = await joinBoard(test.wsUrl, id);
    ann.push(1, { t: "create", id: "a", type: "note", g: {} }, say("m"));
    for (let n = 2; n <= 11; n++) ann.push(n, say(`m${n}`));

    assert.equal((await ann.next("op:ack")).outcome, "commit");
    assert.equal((await ann.next("op:nack")).code, "RATE_LIMITED");
  });

  it("[CHT1] shows who is there", async () => {
    await open();
    const [connection] = connections;
    const names = await new Promise<readonly string[]>((resolve) => {
      connection?.onState((_, room) => {
        const read = (): void => {
          const { speakers } = room.state as unknown as { speakers?: Map<string, { name: string }> };
          if (speakers?.size) resolve([...speakers.values()].map(({ name }) => name));
        };
        room.onStateChange(read);
        read();
      });
    });

    assert.deepEqual(names, ["Ann"]);
  });
});
