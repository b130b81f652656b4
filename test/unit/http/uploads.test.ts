import assert from "node:assert/strict";
import { manualClock } from "../../../src/clock/clock.ts";
import { Uploads, watchPace } from "../../../src/http/uploads.ts";

describe("uploads", () => {
  const begin = (uploads: Uploads, who: string, count: number, address = who) =>
    Array.from({ length: count }, () => uploads.begin({ who, address }));

  it("[IMG2] are four at a time for one person", () => {
    const uploads = new Uploads();
    begin(uploads, "ada", 4);

    assert.throws(() => uploads.begin({ who: "ada", address: "ada" }), { code: "IMAGES_BUSY" });
    uploads.begin({ who: "bob", address: "bob" });
  });

  it("[IMG2] are as many as the node takes at a time, whoever they come from", () => {
    const uploads = new Uploads();
    for (let person = 0; person < 8; person++) begin(uploads, `person ${person}`, 4);

    assert.throws(() => uploads.begin({ who: "another", address: "another" }), { code: "IMAGES_BUSY" });
  });

  it("[IMG2] make room with each that ends, and one that was refused takes none", () => {
    const uploads = new Uploads();
    const [end] = begin(uploads, "ada", 4);
    assert.throws(() => uploads.begin({ who: "ada", address: "ada" }), { code: "IMAGES_BUSY" });

    end?.();

    uploads.begin({ who: "ada", address: "ada" });
    assert.throws(() => uploads.begin({ who: "ada", address: "ada" }), { code: "IMAGES_BUSY" });
  });

  it("[IMG2] are eight at a time from one address, whoever brings them", () => {
    const uploads = new Uploads();
    for (const guest of ["one", "two"]) begin(uploads, guest, 4, "10.0.0.1");

    assert.throws(() => uploads.begin({ who: "three", address: "10.0.0.1" }), { code: "IMAGES_BUSY" });
    uploads.begin({ who: "three", address: "10.0.0.2" });
  });
});

describe("the pace of an upload", () => {
  const endOf = (bytesPerS: number): number | undefined => {
    const clock = manualClock();
    let passedS = 0;
    let endedS: number | undefined;
    watchPace(
      clock,
      () => passedS * bytesPerS,
      () => {
        endedS ??= passedS;
      },
    );
    while (passedS < 600) {
      passedS++;
      clock.advance(1000);
    }
    return endedS;
  };

  it("[IMG4] is at least 40 kB/s, but for 15 s", () => {
    assert.deepEqual([endOf(41_000), endOf(1), endOf(0)], [undefined, 16, 16]);
  });

  it("[IMG4] is no matter of a pause of the process", () => {
    const clock = manualClock();
    let isSlow = false;
    watchPace(
      clock,
      () => 0,
      () => {
        isSlow = true;
      },
    );

    clock.skip(60_000);
    clock.advance(1000);

    assert.equal(isSlow, false);
  });
});
