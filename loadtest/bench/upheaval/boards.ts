import { Client } from "@colyseus/sdk";
import type { BoardOp, BoardRecord } from "../../../rooms/whiteboard/rules/board.ts";
import { systemClock } from "../../../src/clock/clock.ts";
import { digestOf } from "../../documents/plain.ts";
import { verifyBoard } from "../../documents/verification.ts";
import { openAt, until, Witness } from "../../documents/witness.ts";
import type { Beat } from "./beat.ts";
import { BOARD, type BoardMember } from "./board-pushes.ts";
import { closeAll, type Gathering } from "./gathering.ts";
import { LibraryPusher } from "./library-pusher.ts";
import { StockPusher } from "./stock-pusher.ts";

/** Who comes to a board. */
export interface BoardSize {
  readonly stock: number;
  readonly library: number;
  /** Between two pushes of one of them. */
  readonly everyMs: number;
}

const OPEN_MS = 15_000;
const SETTLE_MS = 15_000;
const clock = systemClock("foreground");

/** A board on which all push, and somebody looks on. */
export async function gatherBoard(url: string, id: string, { stock, library, everyMs }: BoardSize): Promise<Gathering> {
  const place = (name: string) => ({ url, id, name, clock });
  const witness = await Witness.open(place("Witness"), BOARD, OPEN_MS);
  const members: BoardMember[] = [];
  const nextBeat = (): Beat => ({ everyMs, phase: members.length / (stock + library) });
  for (let index = 0; index < stock; index++) {
    const room = await new Client(url).joinOrCreate("whiteboard", { id, name: `stock-${index}` });
    members.push(new StockPusher(room, `${id}-stock-${index}`, nextBeat()));
  }
  for (let index = 0; index < library; index++)
    members.push(await LibraryPusher.open(place(`${id}-library-${index}`), nextBeat()));
  return {
    kind: "boards, both",
    members,
    verify: () => verify(id, url, witness, members),
    close: () => closeAll([...members, witness]),
  };
}

async function verify(
  id: string,
  url: string,
  witness: Witness<BoardOp, BoardRecord>,
  members: readonly BoardMember[],
): Promise<readonly string[]> {
  const newcomer = await openAt({ url, id, name: "Newcomer", clock }, BOARD);
  const { document } = newcomer;
  try {
    await until(clock, `${id}: a newcomer's document`, SETTLE_MS, () => document.isLive);
    const all = [document, witness, ...members];
    const seq = Math.max(...all.map((each) => each.seq));
    await until(clock, `${id}: all of it`, SETTLE_MS, () => all.every((each) => each.seq >= seq));
    const evidence = members.map((member) => member.evidence());
    const [digest, { entries }] = [digestOf(document), witness];
    const missing = entries.flatMap(({ marks }) => marks).filter((mark) => !document.get(mark));
    const flaws = missing.map((mark) => `shape ${mark} was made and is not there.`);
    return verifyBoard({ board: id, digest, entries, bots: evidence, flaws }).problems;
  } catch (error) {
    return [String(error)];
  } finally {
    await newcomer.close();
  }
}
