import { connect, openDocument } from "../../src/client/client.ts";
import { todoList } from "./todo-rules.ts";

const [url = "ws://localhost:2567", id = "groceries", ...texts] = process.argv.slice(2);
const connection = connect({ url, room: "todo", options: { id } });
connection.onStatus((status, { reason }) => console.log(`${status} ${reason?.code ?? ""}`.trim()));

const list = await openDocument(connection, { document: todoList });
list.onChange(() => console.log([...list.entries()].map(([, { text, isDone }]) => `${isDone ? "x" : "-"} ${text}`)));

for (const text of texts) {
  const push = list.push([{ t: "add", id: crypto.randomUUID(), text }]); // shown at once
  const { seq } = await push; // on the server's disk
  console.log(`"${text}" is saved as entry ${seq}`);
}
await list.undo(); // takes the last one back
await list.flushed();
await list.close();
await connection.close();
