/**
 * A whiteboard in a terminal: `node examples/board-terminal.ts ws://localhost:2567 plans`. Two of them on one board show
 * what the other does; pull the plug of one and go on.
 */
import { createInterface } from "node:readline";
import { type BoardOp, type BoardRecord, board, isShape } from "../rooms/whiteboard/rules/board.ts";
import { connect, openDocument } from "../src/client/client.ts";

const [url = "ws://localhost:2567", id = "plans"] = process.argv.slice(2);
const HELP = `note <text>           makes a note      text <id> <text>   writes on it
move <id> <x> <y>     moves a shape     del <id>           deletes it
list                  shows the board   undo, redo, quit   what they say`;

const connection = connect({ url, room: "whiteboard", options: { id } });
const plans = await openDocument<BoardOp, BoardRecord>(connection, { document: board });
connection.onStatus((status, { reason }) => console.log(`(${status}${reason ? `, ${reason.code}` : ""})`));
plans.onChange((ids) => show(...ids));
plans.onUnsaved((pushes) => console.log(pushes === 0 ? "(all saved)" : `(${pushes} not saved yet)`));
plans.onRefused(({ code, detail }) => console.log(`(refused, ${code}: ${detail})`));
console.log(HELP);

let [made, x] = [0, 0];
const commands = new Map<string, (...words: string[]) => unknown>(
  Object.entries({
    note: (...words) => {
      x += 120;
      const shape = `${Date.now().toString(36)}-${++made}`;
      const g = { pos: { x, y: 0, r: 0 }, size: { w: 100, h: 80 }, text: words.join(" ") };
      return plans.push([{ t: "create", id: shape, type: "note", g }]);
    },
    text: (shape = "", ...words) => plans.push([{ t: "set", id: shape, g: "text", v: words.join(" ") }]),
    move: (shape = "", left, top) =>
      plans.push([{ t: "set", id: shape, g: "pos", v: { x: Number(left), y: Number(top), r: 0 } }]),
    del: (shape = "") => plans.push([{ t: "del", id: shape }]),
    list: () => show(...[...plans.entries()].map(([shape]) => shape)),
    undo: () => plans.undo(),
    redo: () => plans.redo(),
  }),
);

for await (const line of createInterface({ input: process.stdin })) {
  const [name = "", ...words] = line.trim().split(/\s+/);
  if (name === "quit") break;
  const command = commands.get(name);
  if (!command) console.log(HELP);
  else if (command(...words) === undefined && name !== "list") console.log(`(nothing to ${name})`);
}
if (plans.hasUnsaved) console.log("(waiting for the server, at most 10 s)");
await Promise.race([plans.flushed(), new Promise((resolve) => setTimeout(resolve, 10_000))]);
if (plans.hasUnsaved) console.log(`(${plans.unsaved} not saved, and lost with this terminal)`);
await plans.close();
await connection.close();
process.exit();

function show(...shapes: readonly string[]): void {
  for (const shape of shapes) {
    const record = plans.get(shape);
    if (isShape(record)) {
      const { x: left, y: top } = record.g.pos ?? { x: 0, y: 0 };
      console.log(`  ${shape} at ${left},${top}: ${record.g.text ?? ""}`);
    } else console.log(`  ${shape} is gone`);
  }
}
