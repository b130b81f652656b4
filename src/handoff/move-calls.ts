import { z } from "zod";
import type { NodeRecord } from "../cluster/cluster.ts";
import type { Moved, MoveRequest } from "./handoff.ts";
import type { MoveOrder, TargetCalls } from "./receiver.ts";

/** Another process: which, and where. */
interface Peer {
  readonly bootId: string;
  readonly internalAddress: string;
}

/** Calls between processes. */
export interface Calls {
  call(peer: Peer, method: string, payload: unknown, deadlineMs: number): Promise<unknown>;
  on(method: string, handler: (payload: unknown) => Promise<unknown>): void;
}

/** What this process answers to the others. */
export interface MoveAnswers {
  expect(order: MoveOrder): void;
  begin(order: MoveOrder): Promise<void>;
  callOff(order: MoveOrder): void;
  isMoving(order: MoveOrder): boolean;
  move(request: MoveRequest): Promise<Moved>;
}

/** What it asks of them. Each throws PEER_UNREACHABLE or PEER_UNCERTAIN, and what the other throws. */
export interface MoveQuestions {
  readonly target: TargetCalls;
  isMoving(source: NodeRecord, order: MoveOrder): Promise<boolean>;
  askOwner(owner: Peer, request: MoveRequest): Promise<Moved>;
}

const EXPECT = "move:expect";
const BEGIN = "move:begin";
const OFF = "move:off";
const IS_ON = "move:isOn";
const RUN = "move:run";

const STEP_MS = 1000;
/** Both waits of a move, its last checkpoint and the transfer. */
const MOVE_MS = 6000;

const moveOrder = z.object({
  moveId: z.string(),
  roomId: z.string(),
  name: z.string(),
  source: z.string(),
  epoch: z.number(),
  attempt: z.number(),
});
const moveRequest = z.object({ roomId: z.string(), nodeId: z.string().nullish() });
const moved = z.object({ outcome: z.enum(["moved", "stayed", "lost"]), nodeId: z.string() });

/** Answers the other processes, and asks them. */
export function createMoveCalls(peers: Calls, answers: MoveAnswers): MoveQuestions {
  peers.on(EXPECT, async (payload) => answers.expect(moveOrder.parse(payload)));
  peers.on(BEGIN, async (payload) => answers.begin(moveOrder.parse(payload)));
  peers.on(OFF, async (payload) => answers.callOff(moveOrder.parse(payload)));
  peers.on(IS_ON, async (payload) => answers.isMoving(moveOrder.parse(payload)));
  peers.on(RUN, async (payload) => {
    const { roomId, nodeId } = moveRequest.parse(payload);
    return answers.move({ roomId, nodeId: nodeId ?? undefined });
  });
  const ask =
    (method: string) =>
    async (target: Peer, order: MoveOrder): Promise<void> =>
      void (await peers.call(target, method, order, STEP_MS));
  return {
    target: { expect: ask(EXPECT), begin: ask(BEGIN), callOff: ask(OFF) },
    isMoving: async (source, order) => (await peers.call(source, IS_ON, order, STEP_MS)) === true,
    askOwner: async (owner, request) => moved.parse(await peers.call(owner, RUN, request, MOVE_MS)),
  };
}
