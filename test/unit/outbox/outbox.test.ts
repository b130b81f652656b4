import assert from "node:assert/strict";
import { type Decision, type FrameClass, Outbox } from "../../../src/outbox/outbox.ts";

const LIMITS = { softBytes: 100, hardBytes: 1000, maxBehindMs: 5000 };

interface Sent {
  readonly bytes?: number;
  readonly key?: string;
  /** What the socket holds at that moment. */
  readonly waiting?: number;
  readonly nowMs?: number;
}

describe("the outbox", () => {
  let outbox: Outbox<string>;
  beforeEach(() => {
    outbox = new Outbox(LIMITS);
  });

  const offer = (frameClass: FrameClass, frame: string, how: Sent = {}): Decision => {
    const { bytes = 10, key, waiting = 0, nowMs = 0 } = how;
    return outbox.offer(
      { frame, bytes, frameClass, ...(key !== undefined && { key }) },
      { waitingBytes: waiting, nowMs },
    );
  };
  const release = (waiting = 0, nowMs = 0) => outbox.release({ waitingBytes: waiting, nowMs });

  it("sends every frame at once while the socket keeps up", () => {
    const decisions = (["durable", "patch", "full", "ephemeral"] as const).map((lane) => offer(lane, lane));

    assert.deepEqual(decisions, ["send", "send", "send", "send"]);
  });

  it("lets a frame pass without a decision only while nothing is kept, lost or behind", () => {
    assert.equal(outbox.passes(10, 89), true);
    assert.equal(outbox.passes(10, 90), false);
    offer("patch", "p", { waiting: 100 });
    assert.equal(outbox.passes(10, 0), false);
    release();
    assert.equal(outbox.passes(10, 0), false);
    offer("full", "f");
    assert.equal(outbox.passes(10, 0), true);
  });

  it("[OUT3] drops patches from the soft mark on and asks for a full state when there is room again", () => {
    const decision = offer("patch", "p1", { waiting: 100 });

    assert.equal(decision, "dropped");
    assert.deepEqual(release(), { frames: [], needsFullState: true });
  });

  it("[OUT3] sends no patch after a lost one until a full state went", () => {
    offer("patch", "p1", { waiting: 100 });
    release();

    assert.deepEqual([offer("patch", "p2"), offer("full", "f"), offer("patch", "p3")], ["dropped", "send", "send"]);
  });

  it("[OUT3] takes the full state that follows a held-back patch beside a message of the same turn", () => {
    offer("patch", "p1", { waiting: 100 });
    release();
    offer("durable", "m");
    offer("patch", "p2", { waiting: 10 });

    const decision = offer("full", "f", { waiting: 10 });

    assert.equal(decision, "send");
  });

  it("[OUT3] asks again for a full state that was lost", () => {
    offer("patch", "p1", { waiting: 100 });
    release();
    offer("full", "f", { waiting: 100 });

    assert.deepEqual(release(), { frames: [], needsFullState: true });
  });

  it("[OUT3] asks again for a full state that never came", () => {
    offer("patch", "p1", { waiting: 100 });
    release();

    assert.deepEqual(release(), { frames: [], needsFullState: true });
  });

  it("[OUT1] lets a full state past the hard bound only while less than the soft mark waits", () => {
    const huge = { bytes: 5000 };

    assert.equal(offer("full", "f", { ...huge, waiting: 100 }), "dropped");
    release();
    assert.equal(offer("full", "f", { ...huge, waiting: 99 }), "send");
  });

  it("[OUT1] ends the connection rather than let a message wait past the hard bound", () => {
    offer("durable", "m1", { bytes: 400, waiting: 500 });

    const decision = offer("durable", "m2", { bytes: 101, waiting: 500 });

    assert.equal(decision, "close");
  });

  it("[OUT1] counts kept bytes together with those of the socket", () => {
    offer("durable", "m1", { bytes: 400, waiting: 500 });

    assert.equal(outbox.keptBytes, 400);
    assert.equal(offer("ephemeral", "e", { bytes: 101, waiting: 500 }), "dropped");
    assert.equal(outbox.keptBytes, 400);
  });

  it("[OUT1] keeps nothing after a release", () => {
    offer("durable", "m", { waiting: 100 });
    offer("ephemeral", "e", { waiting: 100 });

    release();

    assert.equal(outbox.keptBytes, 0);
    assert.deepEqual(release(), { frames: [], needsFullState: false });
  });

  it("[OUT5] keeps messages of a connection that is behind and releases them in order", () => {
    const decisions = ["m1", "m2", "m3"].map((frame) => offer("durable", frame, { waiting: 100 }));

    assert.deepEqual(decisions, ["kept", "kept", "kept"]);
    assert.deepEqual(release().frames, ["m1", "m2", "m3"]);
  });

  it("[OUT5] keeps only the newest ephemeral frame of a key, at the place of the newest", () => {
    offer("ephemeral", "a1", { key: "a", waiting: 100 });
    offer("ephemeral", "b1", { key: "b", waiting: 100 });
    offer("ephemeral", "a2", { key: "a", waiting: 100 });

    assert.equal(outbox.keptBytes, 20);
    assert.deepEqual(release().frames, ["b1", "a2"]);
  });

  it("[OUT5] throws ephemeral frames away before it ends a connection for want of room", () => {
    offer("ephemeral", "e", { bytes: 800, waiting: 150 });

    const decision = offer("durable", "m", { bytes: 300, waiting: 150 });

    assert.equal(decision, "kept");
    assert.deepEqual(release().frames, ["m"]);
  });

  it("[OUT6] ends a connection that was behind for too long, and not a moment earlier", () => {
    offer("patch", "p", { waiting: 100, nowMs: 1000 });

    assert.equal(outbox.isLost(6000), false);
    assert.equal(offer("durable", "m", { waiting: 100, nowMs: 6000 }), "kept");
    assert.equal(outbox.isLost(6001), true);
  });

  it("[OUT6] counts the time from when the connection fell behind, not from the last frame", () => {
    offer("patch", "p1", { waiting: 100, nowMs: 0 });
    offer("patch", "p2", { waiting: 200, nowMs: 4000 });

    assert.equal(outbox.isLost(5001), true);
  });

  it("[OUT6] begins anew after a release", () => {
    offer("patch", "p1", { waiting: 100, nowMs: 0 });
    release();
    offer("full", "f", { waiting: 0, nowMs: 4000 });
    offer("patch", "p2", { waiting: 100, nowMs: 4000 });

    assert.equal(outbox.isLost(9000), false);
  });

  it("[OUT6] leaves out a time in which the process stood still", () => {
    offer("patch", "p", { waiting: 100, nowMs: 0 });

    outbox.forgive(3000);

    assert.equal(outbox.isLost(8000), false);
    assert.equal(outbox.isLost(8001), true);
  });

  it("releases nothing while more than half the soft mark still waits", () => {
    offer("durable", "m", { waiting: 100 });

    assert.deepEqual(release(51).frames, []);
    assert.equal(outbox.isBehind, true);
    assert.deepEqual(release(50).frames, ["m"]);
    assert.equal(outbox.isBehind, false);
  });
});
