import assert from "node:assert/strict";
import { Client, type Room as Seat } from "@colyseus/sdk";
import { z } from "zod";
import { type Connection, connect, type InviteState, type PartySeat } from "../../src/client/client.ts";
import type { Invited, PartyTold, SeatReservation } from "../../src/protocol/protocol.ts";
import { Room } from "../../src/room/room.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

/** Where people meet. Who is called "stranger" is nobody's to see. */
class PlazaRoom extends Room {
  static override readonly options = z.strictObject({ isStranger: z.boolean().default(false) });
  static readonly strangers = new Set<string>();

  override onJoin(client: Parameters<Room["userOf"]>[0], { isStranger }: { isStranger: boolean }): void {
    const userId = this.userOf(client)?.userId;
    if (isStranger && userId !== undefined) PlazaRoom.strangers.add(userId);
  }

  override mayWatch(_client: unknown, userId: string): boolean {
    return !PlazaRoom.strangers.has(userId);
  }

  override nameOf(): string {
    return "somebody";
  }
}

/** A room for two. */
class TableRoom extends Room {
  static override readonly options = z.strictObject({
    name: z.string().max(8).default("Guest"),
    private: z.boolean().default(false),
  });
  static readonly joined: string[] = [];
  override maxClients = 2;

  override async onCreate(options: { private: boolean }): Promise<void> {
    if (options.private) await this.setPrivate(true);
  }

  override onJoin(_client: unknown, { name }: { name: string }): void {
    TableRoom.joined.push(name);
  }
}

interface Person {
  readonly userId: string;
  readonly token: string;
  readonly plaza: Connection;
}

/** The next of what a listener is told of for which `fits` holds. */
function next<T>(
  listen: (listener: (told: T) => void) => () => void,
  fits: (told: T) => boolean = () => true,
): Promise<T> {
  return new Promise((resolve) => {
    const stop = listen((told) => {
      if (!fits(told)) return;
      stop();
      resolve(told);
    });
  });
}

async function leave(room: Seat): Promise<void> {
  if (room.connection.isOpen) await room.leave();
}

describe("people", function () {
  this.timeout(30_000);
  let test: TestNode;
  const open: { close(): Promise<void> }[] = [];
  before(async () => {
    test = await startNode({}, { plaza: { room: PlazaRoom }, table: { room: TableRoom } });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });
  after(() => test.close());

  const guest = async (): Promise<{ token: string; userId: string }> =>
    (await (await fetch(`${test.httpUrl}/api/token`, { method: "POST" })).json()) as { token: string; userId: string };
  /** Somebody on the plaza who takes part. */
  const person = async (options: object = {}, known?: { token: string; userId: string }): Promise<Person> => {
    const { token, userId } = known ?? (await guest());
    const plaza = connect({ url: test.wsUrl, room: "plaza", token, options });
    open.push(plaza);
    const online = next<string>(
      (listener) => plaza.onStatus(listener),
      (status) => status === "online",
    );
    plaza.people.onInvited(() => {});
    const here = next<PartyTold | undefined>((listener) => plaza.people.onParty(listener));
    await online;
    await here; // the room has heard that it takes part
    return { userId, token, plaza };
  };
  const sit = async ({ token }: Person, seat?: SeatReservation): Promise<Seat> => {
    const sdk = new Client(test.wsUrl);
    sdk.auth.token = token;
    const room = await (seat ? sdk.consumeSeatReservation(seat as never) : sdk.create("table", {}));
    open.push({ close: () => leave(room) });
    return room;
  };
  const invited = ({ plaza }: Person) => next<Invited>((listener) => plaza.people.onInvited(listener));
  const stateOf = ({ plaza }: Person, wanted: InviteState["state"]) =>
    next<InviteState>(
      (listener) => plaza.people.onInviteState(listener),
      ({ state }) => state === wanted,
    );
  /** What somebody else is answered who wants a seat in a room; takes it, if there is one. */
  const answerTo = async (roomId: string): Promise<number> => {
    const headers = { "content-type": "application/json" };
    return (await fetch(`${test.httpUrl}/matchmake/joinById/${roomId}`, { method: "POST", headers, body: "{}" }))
      .status;
  };

  it("[PRS6] an invitation keeps a seat for who is invited, so that a room that is full otherwise still takes them", async () => {
    const [ann, bob] = [await person(), await person()];
    const table = await sit(ann);
    const [told, accepted] = [invited(bob), stateOf(ann, "accepted")];
    const id = await ann.plaza.people.invite({ user: bob.userId, roomId: table.roomId, data: "come" });
    const { untilMs, ...shown } = await told;
    const others = await answerTo(table.roomId);
    const seat = await bob.plaza.people.answer(id, true, { name: "Bob" });
    const room = await sit(bob, seat);

    const from = { userId: ann.userId, name: "somebody" };
    assert.deepEqual(shown, { id, from, kind: "room", room: "table", roomId: table.roomId, data: "come" });
    assert.ok(untilMs > 15_000 && untilMs <= 20_000);
    assert.deepEqual([others, room.roomId, TableRoom.joined.at(-1)], [409, table.roomId, "Bob"]);
    assert.deepEqual(await accepted, { id, user: bob.userId, state: "accepted" });
  });

  it("[PRS6] an invitation that is declined or withdrawn gives its seat back at once", async () => {
    const [ann, bob] = [await person(), await person()];
    const table = await sit(ann);
    for (const end of ["declined", "withdrawn"] as const) {
      const [told, ended] = [invited(bob), stateOf(ann, end)];
      const gone = next<string>((listener) => bob.plaza.people.onInviteGone(listener));
      const id = await ann.plaza.people.invite({ user: bob.userId, roomId: table.roomId });
      await told;
      if (end === "declined") await bob.plaza.people.answer(id, false);
      else await ann.plaza.people.withdraw(id);
      await ended;
      if (end === "withdrawn") assert.equal(await gone, id);
      await assert.rejects(bob.plaza.people.answer(id, true), { code: "INVITE_GONE" });
    }

    assert.equal(await answerTo(table.roomId), 200);
  });

  it("[PRS7] of several devices the first answer counts, and the others see the invitation go", async () => {
    const ann = await person();
    const desk = await person();
    const phone = await person({}, desk);
    const table = await sit(ann);
    const seen = [invited(desk), invited(phone)];
    const gone = next<string>((listener) => phone.plaza.people.onInviteGone(listener));
    const id = await ann.plaza.people.invite({ user: desk.userId, roomId: table.roomId });
    await Promise.all(seen);
    const [first, second] = await Promise.allSettled([desk, phone].map(({ plaza }) => plaza.people.answer(id, true)));

    assert.equal(first?.status === "fulfilled" && first.value?.roomId, table.roomId);
    assert.equal(second?.status, "rejected");
    assert.equal(await gone, id);
  });

  it("[PRS7] a device that comes later is told of what is open", async () => {
    const [ann, desk] = [await person(), await person()];
    const id = await ann.plaza.people.invite({ user: desk.userId, room: "table" });
    const { token } = desk;
    const later = connect({ url: test.wsUrl, room: "plaza", token });
    open.push(later);

    const seen = await next<Invited>((listener) => later.people.onInvited(listener));

    assert.equal(seen.id, id);
  });

  it("[PRS8] who may not be invited, who is away and who does not exist are all the same to the inviter", async () => {
    const [ann, stranger, away] = [await person(), await person({ isStranger: true }), await guest()];
    const states: InviteState[] = [];
    ann.plaza.people.onInviteState((state) => states.push(state));
    let isInvited = false;
    stranger.plaza.people.onInvited(() => {
      isInvited = true;
    });
    for (const user of [stranger.userId, away.userId, "nobody"]) {
      const ended = stateOf(ann, "unavailable");
      await ann.plaza.people.invite({ user, room: "table" });
      await ended;
    }

    assert.deepEqual(
      states.map(({ state, code }) => [state, code]),
      [0, 1, 2].map(() => ["unavailable", undefined]),
    );
    await assert.rejects(ann.plaza.people.follow(stranger.userId), { code: "FOLLOW_UNAVAILABLE" });
    await assert.rejects(ann.plaza.people.follow("nobody"), { code: "FOLLOW_UNAVAILABLE" });
    assert.equal(isInvited, false);
  });

  it("[PRS8] lets nobody have more than 8 invitations open", async () => {
    const [ann, bob] = [await person(), await person()];
    for (let count = 0; count < 8; count++) await ann.plaza.people.invite({ user: bob.userId, room: "table" });

    await assert.rejects(ann.plaza.people.invite({ user: bob.userId, room: "table" }), { code: "INVITES_TOO_MANY" });
  });

  it("[PRS8] lets nobody have more than 8 invitations open that are made at once", async () => {
    const [ann, bob] = [await person(), await person()];
    const made = await Promise.allSettled(
      Array.from({ length: 12 }, () => ann.plaza.people.invite({ user: bob.userId, room: "table" })),
    );

    assert.equal(made.filter(({ status }) => status === "fulfilled").length, 8);
  });

  it("[PRS10] whoever invites two at once to a party begins one, and who accepts two at once is in one", async () => {
    const [ann, bob, cem] = [await person(), await person(), await person()];
    const ids = await Promise.all([bob, cem].map(({ userId }) => ann.plaza.people.partyInvite(userId)));
    const isWhole = (party: PartyTold | undefined): boolean => party?.members.length === 3;
    const whole = next<PartyTold | undefined>((listener) => ann.plaza.people.onParty(listener), isWhole);
    await Promise.all([bob, cem].map(({ plaza }, n) => plaza.people.answer(ids[n] ?? "", true)));
    await whole;

    const [dan, eve, fay] = [await person(), await person(), await person()];
    const toFay = await Promise.all([dan, eve].map(({ plaza }) => plaza.people.partyInvite(fay.userId)));
    await Promise.allSettled(toFay.map((id) => fay.plaza.people.answer(id, true))); // the one that does not count may be refused
    for (const one of [dan, eve, fay]) await one.plaza.people.withdraw("none.none").catch(() => {}); // what was told before has come

    const sizes = [dan, eve].map(({ plaza }) => plaza.people.party?.members.length);
    assert.deepEqual(sizes.toSorted(), [1, 2]);
  });

  it("[PRS9] a party goes into a room together, or nobody of it does", async () => {
    const [ann, bob, cem] = [await person(), await person(), await person()];
    for (const guestOf of [bob, cem]) {
      const [told, joined] = [invited(guestOf), stateOf(ann, "accepted")];
      const id = await ann.plaza.people.partyInvite(guestOf.userId);
      assert.equal((await told).kind, "party");
      await guestOf.plaza.people.answer(id, true);
      await joined;
    }
    const seats: PartySeat[] = [];
    for (const one of [ann, bob, cem]) one.plaza.people.onPartySeat((seat) => seats.push(seat));
    await assert.rejects(bob.plaza.people.partyJoin({ room: "table" }), { code: "PARTY_NOT_LED" });
    await assert.rejects(ann.plaza.people.partyJoin({ room: "table" }), { code: "ROOM_FULL" });
    assert.deepEqual([ann.plaza.people.party?.members.length, seats.length], [3, 0]);

    const left = next<PartyTold | undefined>((listener) => ann.plaza.people.onParty(listener));
    await cem.plaza.people.leaveParty();
    await left;
    const told = [ann, bob].map(({ plaza }) => next<PartySeat>((listener) => plaza.people.onPartySeat(listener)));
    await ann.plaza.people.partyJoin({ room: "table", data: "all" });
    const [one, two] = await Promise.all(told);
    const rooms = [await sit(ann, one?.seat), await sit(bob, two?.seat)];

    assert.equal(rooms[0]?.roomId, rooms[1]?.roomId);
    assert.equal(one?.data, "all");
  });

  it("[PRS10] another leads when who led leaves, and who has gone for good leaves", async () => {
    const [ann, bob] = [await person(), await person()];
    const joined = stateOf(ann, "accepted");
    await bob.plaza.people.answer(await ann.plaza.people.partyInvite(bob.userId), true);
    await joined;
    const led = next<PartyTold | undefined>(
      (listener) => bob.plaza.people.onParty(listener),
      (party) => party?.members.length === 1,
    );
    await ann.plaza.close();

    assert.equal((await led)?.leader, bob.userId);
  });

  it("[PRS11] a user is followed into the room where they are, and into no private one", async () => {
    const [ann, bob] = [await person(), await person()];
    const table = await sit(bob);
    const seenIn = (sessions: number): Promise<void> =>
      new Promise((resolve) => {
        ann.plaza.presence.watch([bob.userId], (users) => {
          if (users.get(bob.userId)?.sessions.length === sessions) resolve();
        });
      });
    await seenIn(2);
    const seat = await ann.plaza.people.follow(bob.userId);
    const room = await sit(ann, seat);
    await Promise.all([room.leave(), table.leave()]);
    await seenIn(1);
    const sdk = new Client(test.wsUrl);
    sdk.auth.token = bob.token;
    const hidden = await sdk.create("table", { private: true });
    open.push({ close: () => leave(hidden) });
    await seenIn(2);

    assert.equal(room.roomId, table.roomId);
    await assert.rejects(ann.plaza.people.follow(bob.userId), { code: "FOLLOW_UNAVAILABLE" });
    await assert.rejects(ann.plaza.people.follow(bob.userId, hidden.roomId), { code: "FOLLOW_UNAVAILABLE" });
  });

  it("[PRS11] a user who is in private rooms also is followed into the public one", async () => {
    const [ann, bob] = [await person(), await person()];
    const sdk = new Client(test.wsUrl);
    sdk.auth.token = bob.token;
    const table = await sit(bob);
    for (let count = 0; count < 6; count++) {
      const hidden = await sdk.create("table", { private: true });
      open.push({ close: () => leave(hidden) });
    }
    await new Promise<void>((resolve) => {
      ann.plaza.presence.watch([bob.userId], (users) => users.get(bob.userId)?.sessions.length === 8 && resolve());
    });

    assert.equal((await ann.plaza.people.follow(bob.userId)).roomId, table.roomId);
  });
});
