import assert from "node:assert/strict";
import { RoomBook } from "../../chaos/room-book.ts";

describe("the book of a room", () => {
  let wrongs: string[];
  let book: RoomBook;
  beforeEach(() => {
    wrongs = [];
    book = new RoomBook("room", (words) => wrongs.push(words));
  });

  /** A client hears of ticks, 50 ms apart. */
  const hear = (client: string, epoch: number, ticks: readonly [first: number, last: number], fromMs: number): void => {
    for (let tick = ticks[0]; tick <= ticks[1]; tick++)
      book.heard(client, { epoch, tick, atMs: fromMs + (tick - ticks[0]) * 50 });
  };

  it("finds nothing wrong where one owner follows the other, and tells what went with the first", () => {
    hear("ann", 1, [1, 40], 1000);
    hear("ann", 2, [31, 60], 5000);

    assert.deepEqual([wrongs, book.takeLosses()], [[], [{ roomId: "room", endedAtMs: 2950, lostMs: 450 }]]);
    assert.deepEqual(book.takeLosses(), []);
  });

  it("loses nothing where a room moves", () => {
    hear("ann", 1, [1, 40], 1000);
    hear("ann", 2, [41, 60], 3050);

    assert.deepEqual([wrongs, book.takeLosses()[0]?.lostMs], [[], 0]);
  });

  it("finds two owners at a time, though each client hears of one after the other", () => {
    hear("ann", 1, [1, 40], 1000);

    hear("ben", 2, [30, 40], 2900);

    assert.deepEqual(wrongs, ["room: two owners at a time: tick 40 of epoch 1 ran 50 ms after tick 30 of epoch 2"]);
  });

  it("finds an owner of which a client hears after the next", () => {
    hear("ann", 2, [30, 31], 5000);

    hear("ann", 1, [29, 29], 4900);

    assert.deepEqual(wrongs, ["room: ann heard tick 29 of epoch 1 after one of epoch 2"]);
  });

  it("finds a tick that comes again", () => {
    hear("ann", 1, [1, 3], 1000);

    hear("ann", 1, [3, 3], 1100);

    assert.deepEqual(wrongs, ["room: ann heard tick 3 of epoch 1 after tick 3"]);
  });

  it("finds clients who do not see the same", () => {
    const stamp = { epoch: 1, tick: 20, atMs: 1000 };
    book.looked("ann", stamp, "e0 1 1");

    book.looked("ben", stamp, "e0 1 2");

    assert.deepEqual(wrongs, ["room: ben and ann do not see the same at tick 20 of epoch 1"]);
  });
});
