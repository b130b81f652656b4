import assert from "node:assert/strict";
import { Uploads } from "../../../src/http/uploads.ts";

describe("uploads", () => {
  const begin = (uploads: Uploads, who: string, count: number) =>
    Array.from({ length: count }, () => uploads.begin(who));

  it("[IMG2] are four at a time for one person", () => {
    const uploads = new Uploads();
    begin(uploads, "ada", 4);

    assert.throws(() => uploads.begin("ada"), { code: "IMAGES_BUSY" });
    uploads.begin("bob");
  });

  it("[IMG2] are as many as the node takes at a time, whoever they come from", () => {
    const uploads = new Uploads();
    for (let person = 0; person < 8; person++) begin(uploads, `person ${person}`, 4);

    assert.throws(() => uploads.begin("another"), { code: "IMAGES_BUSY" });
  });

  it("[IMG2] make room with each that ends, and one that was refused takes none", () => {
    const uploads = new Uploads();
    const [end] = begin(uploads, "ada", 4);
    assert.throws(() => uploads.begin("ada"), { code: "IMAGES_BUSY" });

    end?.();

    uploads.begin("ada");
    assert.throws(() => uploads.begin("ada"), { code: "IMAGES_BUSY" });
  });
});
