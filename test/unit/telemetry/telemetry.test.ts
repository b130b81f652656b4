import assert from "node:assert/strict";
import { createTelemetry, type Telemetry } from "../../../src/telemetry/telemetry.ts";

describe("telemetry", () => {
  let telemetry: Telemetry;
  let heard: string[];
  const note = (who: string) => () => void heard.push(who);
  const fail = (what: string) => () => {
    heard.push(what);
    throw new Error(what);
  };
  const say = (): void => telemetry.emit("node:draining", { reason: "test" });
  beforeEach(() => {
    telemetry = createTelemetry();
    heard = [];
  });

  it("hands an event to those who listen to it, and to nobody else", () => {
    const events: unknown[] = [];
    telemetry.on("node:draining", (event) => events.push(event));
    telemetry.on("node:stopped", (event) => events.push(event));

    say();

    assert.deepEqual(events, [{ reason: "test" }]);
  });

  it("[TEL1] does not throw when nobody listens", () => {
    assert.doesNotThrow(say);
  });

  it("[TEL1] does not throw when a listener does, and tells the others", () => {
    telemetry.on("node:draining", fail("broken"));
    telemetry.on("node:draining", note("whole"));

    assert.doesNotThrow(say);

    assert.deepEqual(heard, ["broken", "whole"]);
  });

  it("[TEL1] tells a listener that threw no more", () => {
    telemetry.on("node:draining", fail("broken"));
    say();

    say();

    assert.deepEqual(heard, ["broken"]);
  });

  it("[TEL1] reports a listener that threw, once", () => {
    const reports: unknown[] = [];
    telemetry.on("node:failed", ({ error, isFatal }) => reports.push([String(error), isFatal]));
    telemetry.on("node:draining", fail("broken"));

    say();
    say();

    assert.deepEqual(reports, [["Error: broken", false]]);
  });

  it("[TEL1] does not throw when a listener to failures does", () => {
    telemetry.on("node:failed", fail("broken"));
    telemetry.on("node:failed", note("whole"));

    assert.doesNotThrow(() => telemetry.emit("node:failed", { error: 1, isFatal: false }));

    assert.deepEqual(heard, ["broken", "whole"]);
  });

  it("[TEL2] tells listeners in the order in which they came", () => {
    for (const who of ["first", "second", "third"]) telemetry.on("node:draining", note(who));

    say();

    assert.deepEqual(heard, ["first", "second", "third"]);
  });

  it("[TEL2] tells no listener that was ended, however often", () => {
    const stop = telemetry.on("node:draining", note("ended"));
    telemetry.on("node:draining", note("other"));

    stop();
    stop();
    say();

    assert.deepEqual(heard, ["other"]);
  });

  it("[TEL2] does not lose its place when a listener ends itself", () => {
    const stop = telemetry.on("node:draining", () => {
      heard.push("once");
      stop();
    });
    telemetry.on("node:draining", note("always"));

    say();
    say();

    assert.deepEqual(heard, ["once", "always", "always"]);
  });

  it("[TEL2] does not tell a listener that was ended by another one just now", () => {
    telemetry.on("node:draining", () => stop());
    const stop = telemetry.on("node:draining", note("ended"));

    say();

    assert.deepEqual(heard, []);
  });

  it("[TEL2] ends one listening only where a function listens twice", () => {
    const listener = note("heard");
    const stop = telemetry.on("node:draining", listener);
    telemetry.on("node:draining", listener);

    stop();
    say();

    assert.deepEqual(heard, ["heard"]);
  });

  it("[TEL2] tells a listener that came during an event from the next one on", () => {
    telemetry.on("node:draining", () => {
      if (heard.length === 0) telemetry.on("node:draining", note("newcomer"));
      heard.push("host");
    });

    say();
    say();

    assert.deepEqual(heard, ["host", "host", "newcomer"]);
  });
});
