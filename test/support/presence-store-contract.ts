import assert from "node:assert/strict";
import type { News, NewsListener, PresenceStore } from "../../src/presence/store.ts";
import { type Change, MAX_SESSIONS, type Session } from "../../src/presence/types.ts";

/** A session in a room of a process. */
export function session(sessionId: string, bootId = "b1", status = "", term = 0): Session {
  return { sessionId, bootId, term, nodeId: `n-${bootId}`, roomId: "r", room: "arena", status };
}

const begin = (userId: string, of: Session): Change => ({
  userId,
  agoMs: 0,
  sessionId: of.sessionId,
  bootId: of.bootId,
  term: of.term,
  session: of,
});
const end = (userId: string, { sessionId, bootId, term }: Session, agoMs = 0): Change => ({
  userId,
  agoMs,
  sessionId,
  bootId,
  term,
  session: undefined,
});

/** Registers the tests that every PresenceStore passes; `open` gives a door to one that knows nothing yet. */
export function presenceStoreContract(name: string, open: (listener: NewsListener) => Promise<PresenceStore>): void {
  describe(`${name} fulfils the contract of a presence store:`, () => {
    let store: PresenceStore;
    let news: News[];
    let awaited: { readonly count: number; readonly resolve: () => void } | undefined;
    beforeEach(async () => {
      news = [];
      store = await open({
        onNews: (one) => {
          news.push(one);
          if (awaited && news.length >= awaited.count) awaited.resolve();
        },
        onMissed: () => {},
      });
    });
    afterEach(() => store.close());
    const heard = (count: number): Promise<void> =>
      new Promise((resolve) => {
        awaited = { count, resolve };
        if (news.length >= count) resolve();
      });
    const sessionsOf = async (userId: string): Promise<readonly string[]> =>
      ((await store.read(7, [userId])).users.get(userId)?.sessions ?? []).map(({ sessionId }) => sessionId);

    it("[PRS1] has what began, and not what ended", async () => {
      await store.apply(7, [begin("ann", session("s1")), begin("ann", session("s2")), begin("bob", session("s3"))]);
      await store.apply(7, [end("ann", session("s1")), end("bob", session("s3"))]);

      const { users } = await store.read(7, ["ann", "bob", "nobody"]);

      assert.deepEqual(users.get("ann"), { sessions: [session("s2")], goneForMs: undefined });
      assert.deepEqual(users.get("bob")?.sessions, []);
      assert.ok((users.get("bob")?.goneForMs ?? -1) >= 0);
      assert.deepEqual(users.get("nobody"), { sessions: [], goneForMs: undefined });
    });

    it("[PRS1] knows since when somebody is gone, also where it hears of it late", async () => {
      await store.listen(7);
      await store.apply(7, [begin("ann", session("s1"))]);
      await store.apply(7, [end("ann", session("s1"), 60_000)]);
      await heard(2);

      const read = (await store.read(7, ["ann"])).users.get("ann")?.goneForMs ?? 0;
      const told = news[1]?.users.get("ann")?.goneForMs ?? 0;
      assert.ok(
        [read, told].every((ms) => ms >= 60_000 && ms < 70_000),
        `${read} ${told}`,
      ); // and what the way there took
    });

    it("[PRS2] keeps a session that goes on in another process when the first tells of its end", async () => {
      await store.apply(7, [begin("ann", session("s1", "b1"))]);
      await store.apply(7, [begin("ann", session("s1", "b2"))]);
      await store.apply(7, [end("ann", session("s1", "b1"))]);

      assert.deepEqual(await sessionsOf("ann"), ["s1"]);
    });

    it("[PRS2] keeps a session that goes on in another process when the first tells late that it is there", async () => {
      const [late, there] = [begin("ann", session("s1")), begin("ann", session("s1", "b2"))];
      await store.apply(7, [{ ...late, agoMs: 60_000 }]);
      await store.apply(7, [{ ...there, agoMs: 20_000 }]);
      await store.apply(7, [{ ...late, agoMs: 30_000 }]);
      await store.apply(7, [end("ann", session("s1"))]);

      const { users } = await store.read(7, ["ann"]);

      assert.deepEqual(users.get("ann")?.sessions, [session("s1", "b2")]);
    });

    it("[PRS3] tells of each change, numbered without a gap, and of nothing that was so already", async () => {
      await store.listen(7);
      const { revision } = await store.read(7, []);
      await store.apply(7, [begin("ann", session("s1"))]);
      await store.apply(7, [begin("ann", session("s1"))]);
      await store.apply(7, [begin("ann", session("s1", "b1", "away"))]);
      await store.apply(7, [end("ann", session("s1", "b1", "away"))]);
      await heard(3);

      assert.deepEqual(
        news.map((one) => [one.shard, one.revision - revision, one.users.get("ann")?.sessions[0]?.status]),
        [
          [7, 1, ""],
          [7, 2, "away"],
          [7, 3, undefined],
        ],
      );
    });

    it("[PRS5] knows that a room has become private, and public again", async () => {
      const [shown, hidden] = [session("s1"), { ...session("s1"), isPrivate: true } as const];
      const seen: unknown[] = [];
      for (const each of [shown, hidden, shown]) {
        await store.apply(7, [begin("ann", each)]);
        seen.push((await store.read(7, ["ann"])).users.get("ann")?.sessions[0]?.isPrivate);
      }

      assert.deepEqual(seen, [undefined, true, undefined]);
    });

    it("[PRS3] tells nothing of shards that are not listened to", async () => {
      await store.listen(7);
      await store.listen(8);
      store.unlisten(8);
      await store.apply(8, [begin("bob", session("s1"))]);
      await store.apply(7, [begin("ann", session("s2"))]);
      await heard(1);

      assert.deepEqual(
        news.map(({ shard }) => shard),
        [7],
      );
    });

    it("[PRS2] keeps a session that its process has written again since the end was read", async () => {
      await store.apply(7, [begin("ann", session("s1", "b1", "", 1)), begin("bob", session("s2", "b1", "", 0))]);
      await store.apply(7, [end("ann", session("s1", "b1", "", 0)), end("bob", session("s2", "b1", "", 1))]);

      assert.deepEqual([await sessionsOf("ann"), await sessionsOf("bob")], [["s1"], []]);
    });

    it("[PRS2] knows the sessions that a process has, and in which term", async () => {
      const name = "ann\nof two lines";
      await store.apply(7, [begin(name, session("s1", "b1")), begin("ann", session("s2", "b2"))]);
      await store.apply(7, [begin("bob", session("s3", "b1")), begin("cem", session("s4", "b1", "", 2))]);
      await store.apply(7, [begin("bob", session("s3", "b2")), begin(name, session("s1", "b1", "", 3))]);
      await store.apply(7, [end("cem", session("s4", "b1", "", 2))]);

      const bySession = async (bootId: string) =>
        (await store.sessionsOf(7, bootId)).toSorted((one, other) => (one.sessionId < other.sessionId ? -1 : 1));
      assert.deepEqual(await bySession("b1"), [{ userId: name, sessionId: "s1", bootId: "b1", term: 3 }]);
      assert.deepEqual(await bySession("b2"), [
        { userId: "ann", sessionId: "s2", bootId: "b2", term: 0 },
        { userId: "bob", sessionId: "s3", bootId: "b2", term: 0 },
      ]);
      assert.deepEqual(await store.sessionsOf(7, "b"), []);
    });

    it("[PRS4] shows at most 64 sessions of a user", async () => {
      const many = Array.from({ length: MAX_SESSIONS + 2 }, (_, n) => begin("ann", session(`s${n}`)));

      await store.apply(7, many);

      assert.equal((await sessionsOf("ann")).length, MAX_SESSIONS);
    });

    it("takes names of any letters", async () => {
      const name = 'ä"\\\u2028 {}:💡';
      await store.apply(7, [begin(name, session("s1", "b1", name))]);

      assert.deepEqual((await store.read(7, [name])).users.get(name)?.sessions, [session("s1", "b1", name)]);
    });
  });
}
