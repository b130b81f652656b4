import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { type Images, type ImagesOptions, openImages } from "../../../src/images/images.ts";
import { createTelemetry, type Telemetry, type TelemetryEvents } from "../../../src/telemetry/telemetry.ts";
import { pngOf, pngSized, sampleImage } from "../../support/sample-images.ts";

const LIMITS = {
  maxImageBytes: 100_000,
  maxBoardImageBytes: 300_000,
  maxUserImageBytes: 400_000,
  maxAllImageBytes: 999_000_000,
};
const MIB = 1024 * 1024;
const ROOM = "whiteboard/plans";

describe("images", () => {
  let clock: ManualClock;
  let telemetry: Telemetry;
  let images: Images;

  const open = async (options: Partial<ImagesOptions> = {}): Promise<Images> => {
    images = await openImages({
      kind: "memory",
      path: "",
      redisUrl: "",
      limits: LIMITS,
      clock,
      telemetry,
      ...options,
    });
    return images;
  };
  const heard = <E extends keyof TelemetryEvents>(name: E): TelemetryEvents[E][] => {
    const events: TelemetryEvents[E][] = [];
    telemetry.on(name, (event) => events.push(event));
    return events;
  };

  beforeEach(async () => {
    clock = manualClock();
    telemetry = createTelemetry();
    await open();
  });
  afterEach(() => images.close());

  it("[IMG1] are named by the hash of their content, with what they are", async () => {
    const content = sampleImage("jpeg");

    const image = await images.put(content, { room: ROOM });

    const hash = createHash("sha256").update(content).digest("hex");
    assert.deepEqual(image, { hash, type: "image/jpeg", w: 3, h: 2, bytes: content.length });
  });

  it("[IMG1] are refused where they are something else, and kept nowhere", async () => {
    const content = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>");

    await assert.rejects(images.put(content, { room: ROOM }), { code: "IMAGE_UNKNOWN_TYPE" });

    assert.equal(await images.find(createHash("sha256").update(content).digest("hex")), undefined);
  });

  for (const [w, h, isTaken] of [
    [16_384, 6103, true],
    [16_384, 6104, false],
    [16_385, 1, false],
    [1, 16_385, false],
    [10_000, 10_000, true],
    [10_001, 10_000, false],
    [4_294_967_295, 4_294_967_295, false],
  ] as const) {
    it(`[IMG2] ${isTaken ? "may" : "may not"} have ${w} x ${h} pixels`, async () => {
      const put = images.put(pngSized(w, h), { room: ROOM });

      if (isTaken) await put;
      else await assert.rejects(put, { code: "IMAGE_TOO_LARGE", message: new RegExp(`${w} x ${h} pixels`) });
    });
  }

  it("[IMG2] may have as many bytes as an image may, and no more", async () => {
    await images.put(pngOf(100_000), { room: ROOM });

    await assert.rejects(images.put(pngOf(100_001), { room: ROOM }), { code: "IMAGE_TOO_LARGE" });
  });

  it("[IMG2] may have as many bytes as their ticket says where that is less", async () => {
    await images.put(pngOf(5000), { room: ROOM, maxBytes: 5000 });

    await assert.rejects(images.put(pngOf(5001), { room: ROOM, maxBytes: 5000 }), { code: "IMAGE_TOO_LARGE" });
  });

  it("[IMG2] may have no more bytes than an image may, whatever their ticket says", async () => {
    await assert.rejects(images.put(pngOf(100_001), { room: ROOM, maxBytes: 200_000 }), { code: "IMAGE_TOO_LARGE" });
  });

  it("[IMG2] are bounded for a room, which says how much there is and how much was asked", async () => {
    await open({
      limits: {
        maxImageBytes: 2 * MIB,
        maxBoardImageBytes: 3 * MIB,
        maxUserImageBytes: 9 * MIB,
        maxAllImageBytes: 999_000_000,
      },
    });
    await images.put(pngOf(2 * MIB, 1), { room: ROOM, userId: "ada" });

    await assert.rejects(images.put(pngOf(1.5 * MIB, 2), { room: ROOM, userId: "bob" }), {
      code: "IMAGES_FULL",
      message: /This board has 2 MiB of images of at most 3 MiB, and this one has 1.5 MiB\.$/,
    });
    await images.put(pngOf(1.5 * MIB, 2), { room: "whiteboard/other", userId: "bob" });
  });

  it("[IMG2] are bounded for a user over all rooms", async () => {
    await open({
      limits: {
        maxImageBytes: 2 * MIB,
        maxBoardImageBytes: 9 * MIB,
        maxUserImageBytes: 3 * MIB,
        maxAllImageBytes: 999_000_000,
      },
    });
    await images.put(pngOf(2 * MIB, 1), { room: ROOM, userId: "ada" });

    await assert.rejects(images.put(pngOf(2 * MIB, 2), { room: "whiteboard/other", userId: "ada" }), {
      code: "IMAGES_FULL",
      message: /You have brought 2 MiB of images of at most 3 MiB/,
    });
    await images.put(pngOf(2 * MIB, 2), { room: "whiteboard/other", userId: "bob" });
  });

  it("[IMG2] are bounded all together, whoever brings them, and the same again costs nothing", async () => {
    await open({ limits: { ...LIMITS, maxAllImageBytes: 200_000 } });
    await images.put(pngOf(100_000, 1), { room: ROOM, userId: "ada" });
    await images.put(pngOf(90_000, 2), { room: "whiteboard/other", userId: "bob" });

    await images.put(pngOf(100_000, 1), { room: "whiteboard/third", userId: "cid" });
    await assert.rejects(images.put(pngOf(20_000, 3), { room: "whiteboard/third", userId: "cid" }), {
      code: "IMAGES_FULL",
      message: /This server has 0.2 MiB of images of at most 0.2 MiB/,
    });
  });

  it("[IMG2] of somebody unknown are paid for by the room alone", async () => {
    await images.put(pngOf(100_000, 1), { room: ROOM });
    await images.put(pngOf(100_000, 2), { room: ROOM });
    await images.put(pngOf(100_000, 3), { room: ROOM });

    await assert.rejects(images.put(pngOf(5000, 4), { room: ROOM }), { message: /This board has/ });
  });

  it("tell of what is kept, and whether it was new", async () => {
    const kept = heard("image:kept");

    await images.put(pngOf(5000), { room: ROOM });
    await images.put(pngOf(5000), { room: ROOM });

    const event = { type: "image/png", bytes: 5000, durationMs: 0 };
    assert.deepEqual(kept, [
      { ...event, isNew: true },
      { ...event, isNew: false },
    ]);
  });

  describe("where they cannot be kept", () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "arena-images-"));
      await writeFile(join(folder, "images"), "no folder");
      await open({ kind: "lmdb", path: join(folder, "images") });
    });
    afterEach(() => rm(folder, { recursive: true }));

    it("[IMG2] are refused without a word about the server's folders, until they can be", async () => {
      await assert.rejects(images.put(pngOf(5000), { room: ROOM }), (error: Error & { code?: string }) => {
        return error.code === "IMAGES_UNAVAILABLE" && !error.message.includes(folder);
      });
      await rm(join(folder, "images"));
      await mkdir(join(folder, "images"));

      assert.equal((await images.put(pngOf(5000), { room: ROOM })).bytes, 5000);
    });

    it("tell the operator why, once for many", async () => {
      const failed = heard("images:failed");
      const put = () => assert.rejects(images.put(pngOf(5000), { room: ROOM }));

      for (let times = 0; times < 10; times++) await put();
      clock.advance(5000);
      await put();

      assert.deepEqual(
        failed.map(({ action, times }) => ({ action, times })),
        [
          { action: "put", times: 1 },
          { action: "put", times: 10 },
        ],
      );
      assert.match(String(failed[0]?.error), /ENOTDIR|Not a directory/);
    });
  });
});
