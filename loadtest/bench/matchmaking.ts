import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";

/** A seat as Colyseus answers it. */
export interface Seat {
  readonly processId: string;
  readonly roomId: string;
  readonly sessionId: string;
}

/** Calls under way at once, each on a connection that stays. */
export const CALLS_IN_FLIGHT = 64;
const CALL_MS = 30_000;
/** Servers close a line that was idle for 5 s, maybe just when a call is sent on it; so it is given up here before. */
const IDLE_MS = 2000;
const AGENT = new Agent({ keepAlive: true, maxSockets: CALLS_IN_FLIGHT, timeout: IDLE_MS });

/** One matchmaking call for a seat in a room called `name` that is picked by `options`. */
export async function reserveSeat(port: number, name: string, options: object): Promise<Seat> {
  const body = JSON.stringify(options);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const path = `/matchmake/joinOrCreate/${name}`;
  const answer = await new Promise<string>((resolve, reject) => {
    const signal = AbortSignal.timeout(CALL_MS);
    const call = request({ port, host: "127.0.0.1", path, method: "POST", headers, agent: AGENT, signal });
    call.once("error", reject);
    call.once("response", (response) => text(response).then(resolve, reject));
    call.end(body);
  });
  const seat: unknown = JSON.parse(answer);
  if (isSeat(seat)) return seat;
  throw new Error(`No seat: ${answer}`);
}

/** The path on which a client takes its seat. */
export function seatPath({ processId, roomId, sessionId }: Seat): string {
  return `/${processId}/${roomId}?sessionId=${sessionId}`;
}

/** Runs `count` tasks, {@link CALLS_IN_FLIGHT} at once. */
export async function inFlight(count: number, task: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: CALLS_IN_FLIGHT }, runner));
}

function isSeat(answer: unknown): answer is Seat {
  return typeof answer === "object" && answer !== null && "sessionId" in answer && "roomId" in answer;
}
