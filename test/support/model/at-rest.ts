import assert from "node:assert/strict";
import { type BoardOp, board } from "../../../rooms/whiteboard/rules/board.ts";
import { recover } from "../../../src/op-log/recover.ts";
import { LIMITS } from "./server.ts";
import type { World } from "./world.ts";

/** Checks what must be true once everything was delivered. */
export function assertAtRest(world: World): void {
  const { history, server, variant } = world;
  const compared = { withTombstones: variant.comparesTombstones };
  world.edits.assertExactlyOnce(history);
  assert.equal(server.seq, history.seq, "the server is at the end of the log");
  for (const { name, replica } of world.clients) {
    assert.ok(replica.isLive, `${name} is at the present`);
    assert.equal(replica.seq, history.seq, `[LOG4] ${name} has no hole at the end`);
    assert.equal(replica.pending.length, 0, `${name} has nothing pending`);
    assert.ok(
      history.isAt(history.seq, replica.confirmed, compared),
      `DIVERGED: ${name} has other records than the log`,
    );
    assert.ok(history.isAt(history.seq, replica, compared), `${name} sees other records than the log`);
  }
  assert.ok(history.isAt(history.seq, server.sequencer.records, compared), "the server has other records than the log");
  assertRecoverable(world);
}

/** A snapshot and what follows it come to the same as the whole log. */
function assertRecoverable({ disk, history, variant }: World): void {
  const recovered = variant.sequencer(board, LIMITS);
  recovered.restore(recover<BoardOp>(disk.load()));
  assert.equal(recovered.seq, history.seq, "[OPL7] the disk has the whole log");
  const compared = { withTombstones: variant.comparesTombstones };
  assert.ok(history.isAt(history.seq, recovered.records, compared), "[LOG6] snapshot and tail are the whole log");
}
