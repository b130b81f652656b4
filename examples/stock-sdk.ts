import { Client } from "@colyseus/sdk";

const client = new Client(process.argv[2] ?? "ws://localhost:2567");

const arena = await client.joinOrCreate("arena", { name: "Ann", bots: 3 });
const ship = arena.input<{ moveX: number; moveY: number; aim: number; fire: boolean }>();
arena.onStateChange.once((state) => console.log(`arena: ${state.ships.size} ships, ${state.phase}`));
Object.assign(ship.data, { moveX: 127, aim: 1.57, fire: true });
ship.send();

const lobby = await client.joinOrCreate("lobby");
const pong = new Promise<void>((done) => lobby.onMessage("pong", (n) => done(console.log(`lobby: pong ${n}`))));
lobby.send("ping", 42);

const synthetic = await client.joinOrCreate("synthetic", { id: "demo", entities: 10 });
synthetic.onMessage("frozen", ({ entities }) => console.log(`synthetic: ${Object.keys(entities).length} entities`));
synthetic.send("freeze");

await Promise.all([pong, new Promise((resolve) => synthetic.onMessage("frozen", resolve))]);
await Promise.all([arena, lobby, synthetic].map((room) => room.leave()));
