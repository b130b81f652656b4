import assert from "node:assert/strict";
import { type ManualClock, manualClock, type Stop } from "../../../src/clock/clock.ts";
import { createTelemetry, type Telemetry } from "../../../src/telemetry/telemetry.ts";
import { Arrivals, type Comer } from "../../../src/transport/arrivals.ts";

/** How many come in at once at first. */
const BURST = 50;
const TURN_MS = 10;
/** In a turn that is on time, at first. */
const A_TURN = 10;

describe("the line of arrivals", () => {
  let clock: ManualClock;
  let telemetry: Telemetry;
  let arrivals: Arrivals;
  let inside: string[];
  let sentAway: string[];
  let isOpen: boolean;
  beforeEach(() => {
    clock = manualClock();
    telemetry = createTelemetry();
    sentAway = [];
    isOpen = true;
    arrivals = new Arrivals({ clock, telemetry, isOpen: () => isOpen });
    inside = [];
  });
  afterEach(() => arrivals.close());

  /** "in", "refused", or what gives the place in the line up. */
  const come = (name: string, comer: Comer = "returning"): "in" | "refused" | Stop => {
    if (arrivals.enter()) {
      inside.push(name);
      return "in";
    }
    const sendAway = (): void => void sentAway.push(name);
    return arrivals.wait(comer, { comeIn: () => inside.push(name), sendAway }) ?? "refused";
  };
  const fill = (): void => {
    while (come("early") === "in");
    inside = [];
  };

  it("[ADM8] lets in at once who comes while there is time", () => {
    const answers = Array.from({ length: BURST }, (_, index) => come(`c${index}`));

    assert.ok(answers.every((answer) => answer === "in"));
  });

  it("[ADM8] of many who come in one moment lets in a few each turn, in order", () => {
    for (let each = 0; each < BURST + 30; each++) come(`c${each}`);
    assert.equal(inside.length, BURST);

    clock.advance(TURN_MS);
    assert.ok(inside.length >= BURST + A_TURN && inside.length <= BURST + A_TURN + 1, `${inside.length}`);
    clock.advance(10 * TURN_MS);

    assert.deepEqual(
      inside,
      Array.from({ length: BURST + 30 }, (_, index) => `c${index}`),
    );
  });

  it("[ADM8] lets nobody in before those who wait", () => {
    fill();
    come("first");

    const answer = come("second");

    assert.notEqual(answer, "in");
    clock.advance(TURN_MS);
    assert.deepEqual(inside.slice(-2), ["first", "second"]);
  });

  it("[ADM9] lets those who come back in before those who are new, of whom one in eight comes in all the same", () => {
    fill();
    for (let each = 0; each < 40; each++) come("new", "new");
    for (let each = 0; each < 40; each++) come("returning");

    clock.advance(3 * TURN_MS);

    const news = inside.filter((name) => name === "new").length;
    assert.ok(inside.length >= 30 && news >= 2 && news <= inside.length / 7, `${news} of ${inside.length}`);
  });

  it("[ADM8] has no more wait than come in within eight seconds, of those who are new within one and a half", () => {
    fill();
    const before = arrivals.waiting;

    let news = 0;
    while (come("new", "new") !== "refused") news++;
    let returning = 0;
    while (come("returning") !== "refused") returning++;

    assert.equal(before + news, 1500);
    assert.equal(before + news + returning, 8000);
  });

  it("[CKP6] lets nobody in before the process may, and then all of them at the pace of any others", () => {
    isOpen = false;
    for (let each = 0; each < 2 * BURST; each++) assert.equal(typeof come(`c${each}`), "function");
    clock.advance(10_000);
    assert.deepEqual(inside, []);

    isOpen = true;
    clock.advance(TURN_MS);
    assert.equal(inside.length, BURST);
    clock.advance(1000);

    assert.equal(inside.length, 2 * BURST);
  });

  it("[ADM8] sends away after twelve seconds whose turn has not come", () => {
    isOpen = false;
    come("early");
    clock.advance(6000);
    come("late", "new");

    clock.advance(6000);
    assert.deepEqual(sentAway, ["early"]);
    clock.advance(6000);

    assert.deepEqual(sentAway, ["early", "late"]);
    assert.equal(arrivals.waiting, 0);
  });

  it("forgets who gives up its place", () => {
    fill();
    const leave = come("gone");
    come("there");
    assert.ok(typeof leave === "function");

    leave();
    clock.advance(TURN_MS);

    assert.ok(!inside.includes("gone") && inside.includes("there"));
  });

  it("stops its turns when nobody comes any more, and begins again", () => {
    const measured: number[] = [];
    telemetry.on("arrivals:measured", ({ waiting }) => measured.push(waiting));
    come("one");

    clock.advance(60_000);
    const told = measured.length;
    assert.equal(come("two"), "in");

    assert.ok(told <= 2, `${told} reports`);
  });
});
