import assert from "node:assert/strict";
import type { ColyseusSDK, Room as Seat } from "@colyseus/sdk";
import type { Invited, InviteSeat, PartySeat, PartyTold } from "../../src/protocol/protocol.ts";
import { TestCluster } from "../support/cluster-processes.ts";

/** Somebody's seat in a room, in one of the processes. */
interface Person {
  readonly sdk: ColyseusSDK;
  readonly userId: string;
  readonly room: Seat;
  /** The next message of a type. */
  next<T>(type: string): Promise<T>;
}

describe("people in a cluster", function () {
  this.timeout(60_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.start({ nodes: ["n1", "n2"] });
  });
  after(() => cluster.stop());

  const sdkOf = (token: string): ColyseusSDK => {
    const sdk = cluster.sdk();
    sdk.auth.token = token;
    return sdk;
  };
  const guest = async (): Promise<{ token: string; userId: string }> => {
    const answer = await fetch(`http://${cluster.address()}/api/token`, { method: "POST" });
    return (await answer.json()) as { token: string; userId: string };
  };
  const person = (sdk: ColyseusSDK, userId: string, room: Seat): Person => {
    const waiting = new Map<string, (payload: unknown) => void>();
    const early = new Map<string, unknown>();
    room.onMessage("*", (type, payload) => {
      const wanted = waiting.get(String(type));
      waiting.delete(String(type));
      if (wanted) wanted(payload);
      else early.set(String(type), payload);
    });
    const next = <T>(type: string): Promise<T> => {
      if (!early.has(type))
        return new Promise<T>((resolve) => waiting.set(type, resolve as (payload: unknown) => void));
      const payload = early.get(type) as T;
      early.delete(type);
      return Promise.resolve(payload);
    };
    return { sdk, userId, room, next };
  };
  const nodeOf = async (roomId: string): Promise<string | undefined> =>
    (await cluster.rooms("arena")).find((room) => room.roomId === roomId)?.nodeId;
  /** An arena in the other process than that of `roomId`. */
  const createElsewhere = async (sdk: ColyseusSDK, roomId: string): Promise<Seat> => {
    const room = await sdk.create("arena", {});
    if ((await nodeOf(room.roomId)) !== (await nodeOf(roomId))) return room;
    await room.leave();
    return createElsewhere(sdk, roomId);
  };

  it("[PRS7][PRS9] are invited, answer, and go together as a party, whichever processes their rooms are in", async () => {
    const [own, other] = [await guest(), await guest()];
    const annSdk = sdkOf(own.token);
    const ann = person(annSdk, own.userId, await annSdk.create("arena", {}));
    const bobSdk = sdkOf(other.token);
    const desk = person(bobSdk, other.userId, await bobSdk.joinById(ann.room.roomId, {}));
    const phone = person(sdkOf(other.token), other.userId, await createElsewhere(sdkOf(other.token), ann.room.roomId));
    for (const { room } of [ann, desk, phone]) await room.request("people:here", {});

    const { id } = await ann.room.request("invite", { user: other.userId });
    const seen = await Promise.all([desk, phone].map(({ next }) => next<Invited>("invited")));
    const { seat } = await phone.room.request<object, InviteSeat>("invite:answer", { id, accept: true });
    const followed = await phone.sdk.consumeSeatReservation(seat as never);
    const gone = await desk.next("invite:gone");

    assert.deepEqual(
      seen.map((invited) => [invited.id, invited.from.userId, invited.roomId]),
      [0, 1].map(() => [id, own.userId, ann.room.roomId]),
    );
    assert.deepEqual([followed.roomId, gone], [ann.room.roomId, { id }]);

    const invited = phone.next<Invited>("invited");
    const party = await ann.room.request("party:invite", { user: other.userId });
    assert.equal((await invited).id, party.id);
    await phone.room.request("invite:answer", { id: party.id, accept: true });
    let told = await desk.next<PartyTold | null>("party");
    while (told?.members.length !== 2) told = await desk.next("party");
    await ann.room.request("party:join", { room: "arena", options: { bots: 0 } });
    const seats = await Promise.all([ann, phone].map(({ next }) => next<PartySeat>("party:seat")));
    const rooms = [];
    for (const [n, { sdk }] of [ann, phone].entries())
      rooms.push(await sdk.consumeSeatReservation(seats[n]?.seat as never));

    assert.equal(rooms[0]?.roomId, rooms[1]?.roomId);
    assert.notEqual(rooms[0]?.sessionId, rooms[1]?.sessionId);
    await Promise.all([ann.room, desk.room, phone.room, followed, ...rooms].map((room) => room.leave()));
  });
});
