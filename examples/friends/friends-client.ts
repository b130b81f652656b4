import { type Connection, connect } from "../../src/client/client.ts";

const [url = "ws://localhost:2567", game = "arena"] = process.argv.slice(2);

/** Somebody who meets friends. */
async function enter(name: string): Promise<Connection> {
  const connection = connect({ url, room: "friends", options: { name } });
  await new Promise<void>((resolve) => connection.onStatus((status) => status === "online" && resolve()));
  return connection;
}

const [ann, bob] = [await enter("Ann"), await enter("Bob")];
const seated = new Promise<void>((resolve) => {
  bob.people.onInvited(async ({ id, from }) => {
    console.log(`${from.name} invites Bob`);
    const seat = await bob.people.answer(id, true);
    const play = connect({ url, room: game, token: bob.token, ...(seat && { seat }) });
    play.onStatus(async (status) => {
      if (status !== "online") return;
      console.log("Bob plays");
      await play.close();
      resolve();
    });
  });
});
ann.people.onInviteState(({ state }) => console.log(`Ann sees: ${state}`));
await bob.request("befriend", { user: ann.userId });
await ann.request("befriend", { user: bob.userId }); // from here on they see each other
let isInvited = false;
ann.presence.watch([bob.userId ?? ""], (users) => {
  for (const { online, sessions } of users.values()) {
    console.log(`Bob is ${online ? `in ${sessions[0]?.room}` : "away"}`);
    if (online && !isInvited) ann.send("play", { room: game });
    isInvited ||= online;
  }
});
await seated;
await Promise.all([ann.close(), bob.close()]);
