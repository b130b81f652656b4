import assert from "node:assert/strict";
import fc from "fast-check";
import { CountedSeats } from "../../../src/room/counted-seats.ts";

/** What Colyseus does with its seats: reserves one, marks one as taken, frees one. */
const STEPS: Readonly<Record<string, (seats: Record<string, unknown>, id: string) => void>> = {
  reserve: (seats, id) => {
    seats[id] = [true];
  },
  take: (seats, id) => {
    Object.defineProperty(seats, id, { value: [true], enumerable: false, configurable: true });
  },
  free: (seats, id) => {
    delete seats[id];
  },
};

describe("CountedSeats", () => {
  it("counts as a walk over the object would, whatever Colyseus does with it", () => {
    const steps = fc.array(fc.tuple(fc.constantFrom(...Object.keys(STEPS)), fc.constantFrom("a", "b", "c")));
    fc.assert(
      fc.property(steps, (all) => {
        const counted = new CountedSeats();
        for (const [step, id] of all) {
          STEPS[step]?.(counted.seats, id);
          assert.equal(counted.count, Object.keys(counted.seats).length);
        }
      }),
    );
  });

  it("holds nothing under a name that every object has", () => {
    assert.equal(new CountedSeats().seats["constructor"], undefined);
  });
});
