/** A node or an edge as `npm start` has it, with one more room. */
import { openNode, ROOMS } from "../../arena.config.ts";
import { loadConfig } from "../../src/config/config.ts";
import { SeenRoom } from "./rooms/seen-room.ts";

const config = loadConfig({ args: process.argv.slice(2), env: process.env });
const { port } = await openNode(config, { ...ROOMS, seen: { room: SeenRoom, filterBy: ["id"] } });
process.stdout.write(`${JSON.stringify({ event: "ready", port, pid: process.pid, nodeId: config.nodeId })}\n`);
