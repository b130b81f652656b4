import { Agent, type IncomingHttpHeaders, request } from "node:http";
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
const MS_PER_S = 1000;
const AGENT = new Agent({ keepAlive: true, maxSockets: CALLS_IN_FLIGHT, timeout: IDLE_MS });

/** One matchmaking call for a seat in a room called `name` that is picked by `options`. */
export async function reserveSeat(port: number, name: string, options: object): Promise<Seat> {
  const { body } = await call({ port, path: `/matchmake/joinOrCreate/${name}`, options, agent: AGENT });
  const seat: unknown = JSON.parse(body);
  if (isSeat(seat)) return seat;
  throw new Error(`No seat: ${body}`);
}

/** A call that was answered. */
export interface Answer {
  readonly status: number;
  /** When the server wants to be asked again, in ms; undefined where it does not say. */
  readonly retryAfterMs: number | undefined;
  readonly body: string;
}

/** Each from a client of its own, so that none waits for the line of another. */
const STRANGERS = new Agent({ keepAlive: false });

/** Asks for the seat that a client had in a room. @throws Error where nobody answers */
export function askForOldSeat(port: number, roomId: string, reconnectionToken: string): Promise<Answer> {
  return call({ port, path: `/matchmake/reconnect/${roomId}`, options: { reconnectionToken }, agent: STRANGERS });
}

interface Call {
  readonly port: number;
  readonly path: string;
  readonly options: object;
  readonly agent: Agent;
}

async function call({ port, path, options, agent }: Call): Promise<Answer> {
  const body = JSON.stringify(options);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return new Promise<Answer>((resolve, reject) => {
    const signal = AbortSignal.timeout(CALL_MS);
    const sent = request({ port, host: "127.0.0.1", path, method: "POST", headers, agent, signal });
    sent.once("error", reject);
    sent.once("response", (response) => {
      const { statusCode: status = 0, headers: told } = response;
      text(response).then((answer) => resolve({ status, retryAfterMs: readRetry(told, answer), body: answer }), reject);
    });
    sent.end(body);
  });
}

/** A body tells it more exactly than a header. */
function readRetry(headers: IncomingHttpHeaders, body: string): number | undefined {
  const exact = /"retryAfterMs":(\d+)/.exec(body)?.[1];
  if (exact !== undefined) return Number(exact);
  const seconds = headers["retry-after"];
  return seconds === undefined ? undefined : Number(seconds) * MS_PER_S;
}

/** The path on which a client takes its seat. */
export function seatPath({ processId, roomId, sessionId }: Seat): string {
  return `/${processId}/${roomId}?sessionId=${sessionId}`;
}

/** Runs `count` tasks, so many at once. */
export async function inFlight(
  count: number,
  task: (index: number) => Promise<void>,
  atOnce = CALLS_IN_FLIGHT,
): Promise<void> {
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, runner));
}

function isSeat(answer: unknown): answer is Seat {
  return typeof answer === "object" && answer !== null && "sessionId" in answer && "roomId" in answer;
}
