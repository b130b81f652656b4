import assert from "node:assert/strict";
import fc from "fast-check";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { GRACE_MS, type Session, type Told } from "../../../src/presence/types.ts";
import { PresenceView } from "../../../src/presence/view.ts";
import type { UserPresence } from "../../../src/protocol/protocol.ts";

const session = (sessionId: string, bootId = "b1", status = ""): Session => ({
  sessionId,
  bootId,
  term: 0,
  nodeId: `node of ${bootId}`,
  roomId: "r",
  room: "arena",
  status,
});
const here = (...sessions: Session[]): Told => ({ sessions, goneForMs: undefined });
const gone = (goneForMs = 0): Told => ({ sessions: [], goneForMs });

describe("users as others see them", () => {
  let clock: ManualClock;
  let dead: Set<string>;
  let view: PresenceView;
  beforeEach(() => {
    [clock, dead] = [manualClock(), new Set()];
    view = new PresenceView({
      nowMs: clock.nowMs,
      wallMs: clock.nowMs,
      goneForMs: (bootId) => (dead.has(bootId) ? 0 : undefined),
    });
  });
  const online = (): boolean | undefined => view.of("ann")?.online;

  it("[PRS1] are online with the first session, and offline some time after the last", () => {
    view.told("ann", here(session("s1")));
    const before = online();
    view.told("ann", gone());
    clock.advance(GRACE_MS - 1);
    view.takeChanged();
    const meanwhile = online();
    clock.advance(1);
    view.takeChanged();

    assert.deepEqual(
      [before, meanwhile, view.of("ann")],
      [true, true, { online: false, sessions: [], lastSeen: 5000 }],
    );
  });

  it("[PRS2] are not seen to go where the store has lost its last moments, and is told of them anew", () => {
    view.told("ann", here(session("s1")));
    view.told("ann", gone(60_000));
    clock.advance(1999);
    const meanwhile = view.takeChanged();
    view.told("ann", here(session("s1")));

    assert.deepEqual([meanwhile.size, view.takeChanged().size], [0, 0]);
    view.told("ann", gone(60_000));
    clock.advance(2000);
    assert.deepEqual([...view.takeChanged().keys()], ["ann"]);
  });

  it("[PRS1] are not seen to go when they are back in time", () => {
    view.told("ann", here(session("s1")));
    view.takeChanged();
    view.told("ann", gone());
    clock.advance(GRACE_MS - 1);
    const meanwhile = view.takeChanged();
    view.told("ann", here(session("s1")));
    clock.advance(GRACE_MS);

    assert.deepEqual([meanwhile.size, view.takeChanged().size], [0, 0]);
  });

  it("[PRS1] are still shown to who looks a moment after they went", () => {
    view.told("ann", gone(1000));
    const first = online();
    clock.advance(GRACE_MS - 1000);
    view.takeChanged();

    assert.deepEqual([first, online()], [true, false]);
  });

  it("[PRS1] are offline where they have been gone for longer, with when that was", () => {
    clock.advance(60_000);
    view.told("ann", gone(10_000));

    assert.deepEqual(view.of("ann"), { online: false, sessions: [], lastSeen: 50_000 });
  });

  it("[PRS2] go with their process, unless they have a session elsewhere", () => {
    view.told("ann", here(session("s1", "b1"), session("s2", "b2")));
    view.told("bob", here(session("s3", "b1")));
    dead.add("b1");
    view.judgeAll();
    clock.advance(GRACE_MS);
    view.takeChanged();

    assert.deepEqual(
      view.of("ann")?.sessions.map(({ nodeId }) => nodeId),
      ["node of b2"],
    );
    assert.equal(view.of("bob")?.online, false);
  });

  it("[PRS1] tell each change once, and none that nobody could see, or that goes with who sees them first", () => {
    view.told("ann", here(session("s1")));
    const first = [view.of("ann")?.online, view.takeChanged().size];
    view.told("ann", here(session("s1")));
    const same = view.takeChanged().size;
    view.told("ann", here(session("s1", "b1", "away")));

    assert.deepEqual([first, same, view.takeChanged().get("ann")?.sessions[0]?.status], [[true, 0], 0, "away"]);
  });

  it("[PRS1] are offline soon where they went a while ago and nobody could hear of it", () => {
    clock.advance(60_000);
    view.told("ann", here(session("s1")));
    view.takeChanged();
    view.told("ann", gone(20_000));
    clock.advance(2000);
    view.told("ann", gone(22_000));

    assert.deepEqual(view.takeChanged().get("ann"), { online: false, sessions: [], lastSeen: 40_000 });
  });

  it("[PRS1] are still shown to who looks a moment after their process went", () => {
    dead.add("b1");
    view.told("ann", here(session("s1")));
    const first = view.of("ann");
    clock.advance(GRACE_MS);
    view.takeChanged();

    assert.deepEqual([first, online()], [{ online: true, sessions: [] }, false]);
  });

  it("[PRS1] tell nothing of what was otherwise only for a moment", () => {
    view.told("ann", here(session("s1")));
    view.takeChanged();
    view.told("ann", here(session("s1"), session("s2")));
    view.told("ann", here(session("s1")));

    assert.equal(view.takeChanged().size, 0);
  });

  it("[PRS3] are shown to newcomers as to everybody else, until the change is told", () => {
    view.told("ann", here(session("s1")));
    view.takeChanged();
    view.told("ann", here(session("s1"), session("s2")));
    const before = view.of("ann")?.sessions.length;
    view.takeChanged();

    assert.deepEqual([before, view.of("ann")?.sessions.length], [1, 2]);
  });

  it("[PRS1] are shown the same in whichever order their sessions came", () => {
    const away = session("s2", "b1", "away");
    view.told("ann", here(session("s1"), away));
    view.takeChanged();
    view.told("ann", here(away, session("s1")));

    assert.equal(view.takeChanged().size, 0);
  });

  it("[PRS1] are shown the same in whichever order a store names what is known of a session", () => {
    view.told("ann", here(session("s1")));
    view.takeChanged();
    const turned = Object.fromEntries(Object.entries(session("s1")).toReversed()) as unknown as Session;
    view.told("ann", here(turned));

    assert.equal(view.takeChanged().size, 0);
  });

  it("[PRS2] are there again with a process that was only taken for gone", () => {
    view.told("ann", here(session("s1", "b1"), session("s2", "b2")));
    dead.add("b1");
    view.judgeAll();
    const meanwhile = view.takeChanged().get("ann")?.sessions.length;
    dead.delete("b1");
    view.judgeAll();

    assert.deepEqual([meanwhile, view.takeChanged().get("ann")?.sessions.length], [1, 2]);
  });

  it("[PRS1] come to the same whatever was told before", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anything, fc.nat(GRACE_MS)), { maxLength: 12 }), anything, (before, last) => {
        const time = manualClock();
        const parts = {
          nowMs: time.nowMs,
          wallMs: time.nowMs,
          goneForMs: (bootId: string) => (bootId === "b2" ? GRACE_MS : undefined),
        };
        const [used, fresh] = [new PresenceView(parts), new PresenceView(parts)];
        for (const [told, ms] of before) {
          used.told("ann", told);
          time.advance(ms);
          used.takeChanged();
        }
        for (const one of [used, fresh]) one.told("ann", last);
        time.advance(GRACE_MS);
        for (const one of [used, fresh]) one.takeChanged();

        assert.deepEqual(withoutTime(used.of("ann")), withoutTime(fresh.of("ann")));
      }),
    );
  });
});

/** What a store may have of a user; the process "b2" is gone. */
const anything = fc
  .tuple(fc.subarray(["s1", "s2", "s3"]), fc.constantFrom("b1", "b2"))
  .map(([ids, boot]) => (ids.length > 0 ? here(...ids.map((id) => session(id, boot))) : gone()));

function withoutTime(shown: UserPresence | undefined): object {
  return { online: shown?.online, sessions: shown?.sessions };
}
