import { randomUUID } from "node:crypto";
import { Client } from "@colyseus/sdk";

const clientId = randomUUID(); // a client that outlives its process keeps it, with the pushes that are not acknowledged
const room = await new Client(process.argv[2] ?? "ws://localhost:2567").joinOrCreate("whiteboard", { id: "demo" });
const [shapes, pending] = [new Map(), new Map()]; // the board, as far as it is safe; my unacknowledged pushes by number
let [epoch, lastSeq, lastN] = [undefined, undefined, 0];
const hello = () => room.send("op:hello", { clientId, epoch, lastSeq });
const send = (n) => epoch && room.send("op:push", { n, ops: pending.get(n) });
const push = (...ops) => pending.set(++lastN, ops) && send(lastN);
const carryOut = ({ t, id: shapeId, type, g, v }) => {
  if (t === "del") shapes.set(shapeId, { gone: true });
  else if (t === "set") shapes.get(shapeId).g[g] = v;
  else if (t === "unset") delete shapes.get(shapeId).g[g];
  else if (t !== "y") shapes.set(shapeId, { type, g });
};
const done = (n, seq, outcome) => {
  if (pending.delete(n)) console.log(`push ${n} is on disk as entry ${seq}: ${outcome}; shapes: ${shapes.size}`);
  if (pending.size === 0) room.leave().then(() => process.exit());
};
room.onMessage("op:welcome", ({ epoch: now, mode, seq, yourLast }) => {
  [epoch, lastSeq] = [now, mode === "snapshot" ? undefined : lastSeq];
  for (const n of [...pending.keys()]) n <= yourLast ? done(n, seq, "unknown") : send(n);
});
room.onMessage("op:snap", ({ seq, part, of, data }) => {
  if (part === 0) shapes.clear();
  for (const [shapeId, shape] of data) shapes.set(shapeId, shape);
  lastSeq = part === of - 1 ? seq : undefined; // a board that is not whole is none
});
room.onMessage("op:batch", ({ to, entries }) => {
  for (const entry of entries) if (entry.seq > lastSeq) entry.effects.forEach(carryOut);
  lastSeq = Math.max(lastSeq, to);
});
room.onMessage("op:ack", ({ n, seq, outcome }) => done(n, seq, outcome));
room.onMessage("op:nack", ({ n, code, detail }) => console.log(`push ${n} is refused, ${code}: ${detail}`));
room.onMessage("op:reset", ({ reason }) => reason === "REOPENED" && hello());
room.onReconnect(hello);
hello();
push({ t: "create", id: clientId, type: "note", g: { pos: { x: 10, y: 20, r: 0 }, size: { w: 100, h: 80 } } });
push({ t: "set", id: clientId, g: "text", v: "hello" }, { t: "set", id: clientId, g: "style", v: { colour: "red" } });
