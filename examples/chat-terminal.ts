/** A chat in a terminal: `node examples/chat-terminal.ts ws://localhost:2567 kitchen Ann`. What is typed is said. */
import { createInterface } from "node:readline";
import { type ChatOp, type ChatRecord, chat, messagesOf } from "../rooms/chat/rules/chat.ts";
import { connect, openDocument } from "../src/client/client.ts";

const [url = "ws://localhost:2567", id = "kitchen", name = "Guest"] = process.argv.slice(2);
const connection = connect({ url, room: "chat", options: { id, name } });
connection.onStatus((status, { reason }) => console.log(`(${status}${reason ? `, ${reason.code}` : ""})`));

const kitchen = await openDocument<ChatOp, ChatRecord>(connection, { document: chat });
let shown = new Set<string>();
kitchen.onChange(() => {
  const messages = messagesOf(kitchen);
  for (const message of messages) if (!shown.has(message.id)) console.log(`${message.name}: ${message.said}`);
  shown = new Set(messages.map((message) => message.id));
});
kitchen.onRefused(({ detail }) => console.log(`(refused: ${detail})`));

for await (const text of createInterface({ input: process.stdin })) {
  const push = kitchen.push([{ t: "say", id: crypto.randomUUID(), text, name }]); // shown at once
  push.then(
    ({ seq }) => console.log(`(on the server's disk as entry ${seq})`),
    () => {}, // told by onRefused
  );
}
await kitchen.flushed();
await kitchen.close();
await connection.close();
