import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import type { NodeRecord } from "../../../src/cluster/cluster.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { Courier } from "../../../src/people/courier.ts";
import { Invitations, type Offer } from "../../../src/people/invitations.ts";
import { PeopleMemoryStore } from "../../../src/people/memory-store.ts";
import { Parties } from "../../../src/people/parties.ts";
import { type PersonSession, Sessions } from "../../../src/people/sessions.ts";
import type { PeopleStore } from "../../../src/people/store.ts";
import { UserRates } from "../../../src/people/user-rates.ts";
import type { PresenceTold, SeatReservation, UserPresence } from "../../../src/protocol/protocol.ts";

type Handler = (payload: unknown) => Promise<unknown>;

const SEAT: SeatReservation = { name: "arena", roomId: "r", sessionId: "s", processId: "p" };

/** Lets everything that is ready run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Processes that reach one another, and a presence that is as a test says. */
class Town {
  readonly clock: ManualClock = manualClock();
  readonly #handlers = new Map<string, Map<string, Handler>>();
  readonly #dead = new Set<string>();
  readonly #slow = new Set<string>();
  readonly #whereabouts = new Map<string, Set<string>>();
  readonly #watches = new Set<{ users: readonly string[]; listener: (told: PresenceTold) => void }>();
  #values = new PeopleMemoryStore(this.clock);
  readonly #store: PeopleStore = {
    read: async (key) => this.#values.read(key),
    swap: async (...change) => this.#values.swap(...change),
    close: () => {},
  };
  /** Seats that were given, a list for each time. */
  readonly given: string[][] = [];
  readonly released: string[] = [];
  seatsLeft = 8;

  process(bootId: string) {
    const handlers = new Map<string, Handler>();
    this.#handlers.set(bootId, handlers);
    const node = (boot: string): NodeRecord => ({ bootId: boot, nodeId: boot }) as NodeRecord;
    const sessions = new Sessions(this.clock);
    const presence = {
      of: async (users: readonly string[]) => this.#of(users),
      watch: async (users: readonly string[], listener: (told: PresenceTold) => void) => {
        const watch = { users, listener };
        this.#watches.add(watch);
        listener({ revision: 1, isSnapshot: true, users: this.#of(users) });
        return () => void this.#watches.delete(watch);
      },
    };
    const courier = new Courier({
      cluster: {
        identity: { ...node(bootId), internalAddress: "" },
        node: (boot) => (this.#dead.has(boot) || !this.#handlers.has(boot) ? undefined : node(boot)),
        nodes: () => [...this.#handlers.keys()].map(node),
      },
      peers: {
        on: (method, handler) => void handlers.set(method, handler),
        call: async ({ bootId: to }, method, payload) => {
          if (this.#dead.has(to)) throw new ArenaError("PEER_UNREACHABLE");
          if (this.#slow.delete(to)) await settle();
          return this.#handlers.get(to)?.get(method)?.(structuredClone(payload));
        },
      },
      presence,
      sessions,
      onFailed: () => {},
    });
    const common = {
      clock: this.clock,
      bootId,
      courier,
      sessions,
      rates: new UserRates(this.clock),
      presence,
      makeId: () => String(++this.#ids),
      onFailed: () => {},
    };
    const seats = {
      reserve: async (_: unknown, takers: readonly { user: { userId: string } }[]) => {
        if (takers.length > this.seatsLeft) throw new ArenaError("ROOM_FULL");
        this.given.push(takers.map(({ user }) => user.userId));
        return takers.map(({ user }) => ({ ...SEAT, sessionId: user.userId }));
      },
      amend: async () => true,
      release: async ({ sessionId }: SeatReservation) => void this.released.push(sessionId),
    };
    const parties = new Parties({ ...common, store: this.#store, seats });
    const invitations = new Invitations(common);
    const enter = (userId: string, sessionId = `${userId}@${bootId}`) => {
      const got: [string, unknown][] = [];
      const user = { userId, expiresAtMs: 0, tokenId: "", isGuest: false, roles: [] };
      const session: PersonSession = { sessionId, user, send: (type, payload) => got.push([type, payload]) };
      this.#whereabouts.set(userId, (this.#whereabouts.get(userId) ?? new Set()).add(bootId));
      this.#tell(userId);
      sessions.use(session);
      invitations.tell(session);
      return {
        session,
        user,
        got,
        of: (type: string) => got.filter(([name]) => name === type).map(([, payload]) => payload),
      };
    };
    return { sessions, invitations, parties, enter, bootId };
  }

  /** A user has no connection any more, for longer than is forgiven. */
  goOffline(userId: string): void {
    this.#whereabouts.delete(userId);
    this.#tell(userId);
  }

  kill(bootId: string): void {
    this.#dead.add(bootId);
  }

  /** The next call takes its time. */
  slowDown(bootId: string): void {
    this.#slow.add(bootId);
  }

  /** Of what it had, the store has nothing any more, nor presence for a while. */
  async emptyStores(meanwhile: () => unknown): Promise<void> {
    this.#values = new PeopleMemoryStore(this.clock);
    const whereabouts = [...this.#whereabouts];
    this.#whereabouts.clear();
    await meanwhile();
    for (const [userId, boots] of whereabouts) {
      this.#whereabouts.set(userId, boots);
      this.#tell(userId);
    }
  }

  #ids = 0;

  #of(users: readonly string[]): Record<string, UserPresence> {
    const sessionsOf = (userId: string) =>
      [...(this.#whereabouts.get(userId) ?? [])].map((nodeId) => ({ nodeId, roomId: "r", room: "lobby", status: "" }));
    return Object.fromEntries(
      users.map((userId) => [userId, { online: this.#whereabouts.has(userId), sessions: sessionsOf(userId) }]),
    );
  }

  #tell(userId: string): void {
    for (const { users, listener } of [...this.#watches]) {
      if (users.includes(userId)) listener({ revision: 2, isSnapshot: false, users: this.#of([userId]) });
    }
  }
}

describe("invitations between processes", () => {
  let town: Town;
  let home: ReturnType<Town["process"]>;
  let away: ReturnType<Town["process"]>;
  let dropped: number;
  beforeEach(() => {
    town = new Town();
    [home, away] = [town.process("home"), town.process("away")];
    dropped = 0;
  });
  const offer = async (): Promise<Offer> => ({
    told: { kind: "room", room: "arena", roomId: "r", data: undefined },
    accept: async () => SEAT,
    drop: async () => void dropped++,
  });
  const wanted = (userId: string) => ({ userId, isAllowed: true, timeoutMs: 20_000, offer });
  const states = (ann: { of(type: string): unknown[] }): unknown[] =>
    ann.of("invite:state").map((told) => (told as { state: string }).state);

  it("[PRS6] end by themselves, everywhere, and give back what was kept", async () => {
    const [ann, bob] = [home.enter("ann"), away.enter("bob")];
    const id = await home.invitations.invite({ user: ann.user }, wanted("bob"));
    await settle();
    town.clock.advance(20_000);
    await settle();

    assert.deepEqual([states(ann), bob.of("invite:gone"), dropped], [["open", "timedOut"], [{ id }], 1]);
    await assert.rejects(away.invitations.answer(bob.session, { id, accept: true }), { code: "INVITE_GONE" });
  });

  it("[PRS6] end when who is invited goes offline", async () => {
    const ann = home.enter("ann");
    away.enter("bob");
    await home.invitations.invite({ user: ann.user }, wanted("bob"));
    await settle();
    town.goOffline("bob");
    await settle();

    assert.deepEqual([states(ann), dropped], [["open", "unavailable"], 1]);
  });

  it("[PRS7] are answered once, whichever processes the answers come from", async () => {
    const [ann, desk] = [home.enter("ann"), away.enter("bob")];
    const id = await home.invitations.invite({ user: ann.user }, wanted("bob"));
    await settle();
    const third = town.process("third");
    const phone = third.enter("bob"); // comes while it is open
    await settle();
    const answers = await Promise.allSettled([
      away.invitations.answer(desk.session, { id, accept: true }),
      third.invitations.answer(phone.session, { id, accept: true }),
    ]);
    await settle();

    assert.equal(phone.of("invited").length, 1);
    assert.deepEqual(
      answers.map(({ status }) => status),
      ["fulfilled", "rejected"],
    );
    assert.deepEqual(
      [states(ann), desk.of("invite:gone"), phone.of("invite:gone")],
      [["open", "accepted"], [], [{ id }]],
    );
  });

  it("[PRS7] are answered by who is invited, and nobody else", async () => {
    const [ann, bob, cem] = [home.enter("ann"), away.enter("bob"), away.enter("cem")];
    const id = await home.invitations.invite({ user: ann.user }, wanted("bob"));
    await settle();

    await assert.rejects(away.invitations.answer(cem.session, { id, accept: true }), { code: "INVITE_GONE" });
    await away.invitations.withdraw("cem", id);
    assert.equal((await away.invitations.answer(bob.session, { id, accept: true }))?.seat, SEAT);
  });

  it("[PRS7] stay open where an answer could not be carried out", async () => {
    const [ann, bob] = [home.enter("ann"), away.enter("bob")];
    let tries = 0;
    const accept = async (): Promise<SeatReservation> => {
      if (tries++ === 0) throw new ArenaError("OPTIONS_INVALID");
      return SEAT;
    };
    const id = await home.invitations.invite(
      { user: ann.user },
      { ...wanted("bob"), offer: async () => ({ ...(await offer()), accept }) },
    );
    await settle();

    await assert.rejects(away.invitations.answer(bob.session, { id, accept: true }), { code: "OPTIONS_INVALID" });
    assert.equal((await away.invitations.answer(bob.session, { id, accept: true }))?.seat, SEAT);
  });

  it("[PRS6] end as what happened while an answer was looked at, where that comes to nothing", async () => {
    const [ann, bob] = [home.enter("ann"), away.enter("bob")];
    const looked = Promise.withResolvers<SeatReservation>();
    const accept = () => looked.promise;
    const slow = { ...wanted("bob"), offer: async () => ({ ...(await offer()), accept }) };
    const id = await home.invitations.invite({ user: ann.user }, slow);
    await settle();
    const answer = away.invitations.answer(bob.session, { id, accept: true });
    await home.invitations.withdraw("ann", id);
    looked.reject(new ArenaError("OPTIONS_INVALID"));
    await assert.rejects(answer, { code: "OPTIONS_INVALID" });
    await settle();

    assert.deepEqual([states(ann), bob.of("invite:gone"), dropped], [["open", "withdrawn"], [{ id }], 1]);
  });

  it("[PRS6] end where what was offered is not there any more", async () => {
    const [ann, bob] = [home.enter("ann"), away.enter("bob")];
    const accept = async (): Promise<never> => {
      throw new ArenaError("INVITE_GONE");
    };
    const empty = { ...wanted("bob"), offer: async () => ({ ...(await offer()), accept }) };
    const id = await home.invitations.invite({ user: ann.user }, empty);
    await settle();
    await assert.rejects(away.invitations.answer(bob.session, { id, accept: true }), { code: "INVITE_GONE" });
    await settle();

    assert.deepEqual([states(ann), bob.of("invite:gone")], [["open", "unavailable"], [{ id }]]);
  });

  it("[PRS7] tell the inviter what comes of them in order, whichever way that takes", async () => {
    const [ann, bob] = [home.enter("ann"), away.enter("bob")];
    const desk = town.process("third").enter("ann");
    town.slowDown("third");
    const id = await home.invitations.invite({ user: ann.user }, wanted("bob"));
    await away.invitations.answer(bob.session, { id, accept: true });
    for (let turns = 0; turns < 5; turns++) await settle();

    assert.deepEqual(states(desk), ["open", "accepted"]);
  });

  it("[PRS7] are open again where their process was only taken for gone", async () => {
    const [ann, bob] = [home.enter("ann"), away.enter("bob")];
    const id = await home.invitations.invite({ user: ann.user }, wanted("bob"));
    await settle();
    away.invitations.nodeGone("home");
    home.invitations.reassert();
    await settle();

    assert.equal(bob.of("invited").length, 2);
    assert.equal((await away.invitations.answer(bob.session, { id, accept: true }))?.seat, SEAT);
  });

  it("[PRS7] reach a process again that was only taken for gone", async () => {
    const [ann, bob] = [home.enter("ann"), away.enter("bob")];
    await home.invitations.invite({ user: ann.user }, wanted("bob"));
    await settle();
    away.sessions.end(bob.session.sessionId);
    away.invitations.close(); // it was stopped for long
    home.invitations.nodeGone("away");
    const back = away.enter("bob");
    await settle();

    assert.equal(back.of("invited").length, 1);
  });

  it("[PRS8] from somebody to themselves are as those to who does not exist", async () => {
    const ann = home.enter("ann");
    await home.invitations.invite({ user: ann.user }, wanted("ann"));
    await settle();

    assert.deepEqual([states(ann), ann.of("invited")], [["unavailable"], []]);
  });

  it("[PRS7] are withdrawn without a word where there is nothing to withdraw", async () => {
    home.enter("ann");

    for (const id of ["junk", "gone.1", ".", "home.1"]) await home.invitations.withdraw("ann", id);
  });

  it("[PRS8] are prepared only when they are counted", async () => {
    const ann = home.enter("ann");
    let prepared = 0;
    const prepare = async (): Promise<void> => void prepared++;
    const invite = () => home.invitations.invite({ user: ann.user }, { ...wanted("nobody"), prepare });
    for (let count = 0; count < 20; count++) await invite();

    await assert.rejects(invite(), { code: "INVITES_TOO_MANY" });
    assert.equal(prepared, 20);
  });

  it("[PRS7] go with the process that keeps them", async () => {
    const [ann, bob] = [home.enter("ann"), away.enter("bob")];
    const id = await home.invitations.invite({ user: ann.user }, wanted("bob"));
    await settle();
    town.kill("home");
    away.invitations.nodeGone("home");

    assert.deepEqual(bob.of("invite:gone"), [{ id }]);
  });

  it("[PRS8] show a user 16 at a time, whoever they come from", async () => {
    away.enter("bob");
    const inviters = [1, 2, 3].map((n) => home.enter(`ann${n}`));
    for (const ann of inviters)
      for (let count = 0; count < 6; count++) await home.invitations.invite({ user: ann.user }, wanted("bob"));
    await settle();

    assert.equal(inviters.flatMap(states).filter((state) => state === "unavailable").length, 2);
  });

  it("[PRS8] are counted: 20 of one user within a minute", async () => {
    const ann = home.enter("ann");
    for (let count = 0; count < 20; count++) await home.invitations.invite({ user: ann.user }, wanted("nobody"));

    await assert.rejects(home.invitations.invite({ user: ann.user }, wanted("nobody")), { code: "INVITES_TOO_MANY" });
    town.clock.advance(60_000);
    await home.invitations.invite({ user: ann.user }, wanted("nobody"));
  });
});

describe("parties between processes", () => {
  let town: Town;
  let home: ReturnType<Town["process"]>;
  let away: ReturnType<Town["process"]>;
  beforeEach(() => {
    town = new Town();
    [home, away] = [town.process("home"), town.process("away")];
  });
  const members = async (userId: string): Promise<readonly string[] | undefined> =>
    (await away.parties.of(userId))?.members;
  const trip = { target: { name: "arena" }, options: {} };

  it("[PRS9] go together, each member to a seat of their own, at the device that they used last", async () => {
    const [ann, desk] = [home.enter("ann"), home.enter("bob")];
    town.clock.advance(1000);
    const phone = away.enter("bob");
    const { id } = await home.parties.ledBy("ann");
    await away.parties.add(id, "bob");
    await home.parties.join("ann", trip);

    const seatOf = (sessionId: string) => [{ seat: { ...SEAT, sessionId }, data: undefined }];
    assert.deepEqual(town.given, [["ann", "bob"]]);
    assert.deepEqual(
      [ann.of("party:seat"), desk.of("party:seat"), phone.of("party:seat")],
      [seatOf("ann"), [], seatOf("bob")],
    );
  });

  it("[PRS9] stay where one of them cannot come, or there are not seats for all", async () => {
    const [ann, bob] = [home.enter("ann"), away.enter("bob")];
    const { id } = await home.parties.ledBy("ann");
    await away.parties.add(id, "bob");
    town.seatsLeft = 1;
    await assert.rejects(home.parties.join("ann", trip), { code: "ROOM_FULL" });
    away.sessions.end(bob.session.sessionId);
    town.seatsLeft = 8;
    await assert.rejects(home.parties.join("ann", trip), { code: "PARTY_INCOMPLETE" });

    assert.deepEqual([town.given, ann.of("party:seat"), bob.of("party:seat")], [[], [], []]);
  });

  it("[PRS9] give up all seats where one of them went while the seats were given", async () => {
    const bob = away.enter("bob");
    home.enter("ann");
    const { id } = await home.parties.ledBy("ann");
    await away.parties.add(id, "bob");
    town.given.push = (...seats) => {
      away.sessions.end(bob.session.sessionId);
      return seats.length;
    };

    await assert.rejects(home.parties.join("ann", trip), { code: "PARTY_INCOMPLETE" });
    assert.deepEqual(town.released, ["ann", "bob"]);
  });

  it("[PRS9] have 8 members at most, also when many come at once", async () => {
    home.enter("ann");
    const { id } = await home.parties.ledBy("ann");
    const added = await Promise.allSettled(
      Array.from({ length: 9 }, (_, n) => (n % 2 === 0 ? home : away).parties.add(id, `u${n}`)),
    );

    assert.equal((await members("ann"))?.length, 8);
    assert.equal(added.filter(({ status }) => status === "rejected").length, 2);
  });

  it("[PRS10] are left by who is offline, and led by who has been in them for longest", async () => {
    const [, bob] = [home.enter("ann"), away.enter("bob")];
    const { id } = await home.parties.ledBy("ann");
    await away.parties.add(id, "bob");
    await settle();
    town.goOffline("ann");
    await settle();

    assert.deepEqual([await members("bob"), await members("ann")], [["bob"], undefined]);
    assert.deepEqual(bob.of("party").at(-1), { id, leader: "bob", members: ["bob"] });
    await assert.rejects(home.parties.join("ann", trip), { code: "PARTY_NOT_LED" });
  });

  it("[PRS10] outlive a store that has lost them, before presence knows again who is there", async () => {
    const [, bob] = [home.enter("ann"), away.enter("bob")];
    const { id } = await home.parties.ledBy("ann");
    await away.parties.add(id, "bob");
    await settle();
    await town.emptyStores(async () => {
      town.clock.advance(15_000);
      await settle();
      await settle();
    });

    assert.deepEqual(
      [await members("ann"), await members("bob")],
      [
        ["ann", "bob"],
        ["ann", "bob"],
      ],
    );
    assert.deepEqual(bob.of("party").at(-1), { id, leader: "ann", members: ["ann", "bob"] });
  });

  /** A party of two, who are at different processes. */
  const pair = async (): Promise<string> => {
    home.enter("ann");
    away.enter("bob");
    const { id } = await home.parties.ledBy("ann");
    await away.parties.add(id, "bob");
    await settle();
    return id;
  };

  it("[PRS10] that have ended do not come back", async () => {
    const id = await pair();
    town.kill("away"); // misses what comes
    for (const userId of ["ann", "bob"]) await home.parties.leave(userId);
    town.clock.advance(15_000);
    await settle();
    await settle();

    assert.deepEqual([await members("ann"), await members("bob")], [undefined, undefined]);
    await assert.rejects(home.parties.add(id, "cem"), { code: "INVITE_GONE" });
  });

  it("[PRS10] that come back have nobody who has begun another one meanwhile", async () => {
    await pair();
    await town.emptyStores(() => home.parties.ledBy("ann"));
    town.clock.advance(15_000);
    await settle();
    await settle();

    assert.deepEqual([await members("ann"), await members("bob")], [["ann"], ["bob"]]);
  });

  it("[PRS10] have nobody who is in another", async () => {
    for (const userId of ["ann", "bob", "cem"]) home.enter(userId);
    const [one, other] = [await home.parties.ledBy("ann"), await home.parties.ledBy("bob")];
    await home.parties.add(one.id, "cem");
    await home.parties.add(other.id, "cem");

    assert.deepEqual(
      [await members("ann"), await members("bob"), await members("cem")],
      [["ann"], ["bob", "cem"], ["bob", "cem"]],
    );
    await assert.rejects(home.parties.add("gone", "cem"), { code: "INVITE_GONE" });
    assert.deepEqual(await members("cem"), ["bob", "cem"]);
  });
});
