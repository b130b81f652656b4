import { randomUUID } from "node:crypto";
import { Client } from "@colyseus/sdk";

const [url = "ws://localhost:2567", id = "demo"] = process.argv.slice(2);
const clientId = randomUUID(); // a client that outlives its process keeps it, with the pushes that are not acknowledged
const room = await new Client(url).joinOrCreate("whiteboard", { id });
const shapes = new Map(); // the board, as far as it is safe
const pending = new Map(); // my own pushes that are not acknowledged, by number
let [epoch, lastSeq, lastN] = [undefined, undefined, 0];

const hello = () => room.send("op:hello", { clientId, epoch, lastSeq });
const push = (...ops) => pending.set(++lastN, ops) && epoch && room.send("op:push", { n: lastN, ops });
const carryOut = ({ t, id: shapeId, type, g, v }) => {
  if (t === "del") shapes.set(shapeId, { gone: true });
  else if (t === "set") shapes.get(shapeId).g[g] = v;
  else if (t !== "y") shapes.set(shapeId, { type, g });
};

room.onMessage("op:welcome", (welcome) => {
  epoch = welcome.epoch;
  for (const [n, ops] of pending) if (n > welcome.yourLast) room.send("op:push", { n, ops });
});
room.onMessage("op:snap", ({ seq, data }) => {
  for (const [shapeId, shape] of data) shapes.set(shapeId, shape);
  lastSeq = seq;
});
room.onMessage("op:batch", ({ to, entries }) => {
  for (const { effects } of entries) effects.forEach(carryOut);
  lastSeq = to;
});
room.onMessage("op:ack", ({ n, seq, outcome }) => {
  console.log(`push ${n} is on disk as entry ${seq}: ${outcome}; shapes on the board: ${shapes.size}`);
  if (pending.delete(n) && pending.size === 0) room.leave().then(() => process.exit());
});
room.onMessage("op:nack", ({ n, code, detail }) => console.log(`push ${n} is refused, ${code}: ${detail}`));
room.onReconnect(hello);
hello();
push({ t: "create", id: clientId, type: "note", g: { pos: { x: 10, y: 20, r: 0 }, size: { w: 100, h: 80 } } });
push({ t: "set", id: clientId, g: "text", v: "hello" }, { t: "set", id: clientId, g: "style", v: { colour: "red" } });
push({ t: "set", id: clientId, g: "text", v: "too late", ifRev: 1 });
