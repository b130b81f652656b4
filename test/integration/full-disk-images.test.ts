import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock/clock.ts";
import { type Images, openImages } from "../../src/images/images.ts";
import { createTelemetry, type Telemetry } from "../../src/telemetry/telemetry.ts";
import { contentOf } from "../support/image-store-contract.ts";
import { pngOf } from "../support/sample-images.ts";

const MIB = 1024 * 1024;
/** What is left for documents, and room for some images. */
const DISK_MB = 70;

describe("images on a disk that becomes full", () => {
  let disk: string;
  let telemetry: Telemetry;
  let images: Images;

  before(function () {
    // Only root can mount the small disk that this needs.
    if (process.platform !== "linux" || process.getuid?.() !== 0) this.skip();
  });
  beforeEach(async () => {
    disk = await mkdtemp(join(tmpdir(), "arena-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "tmpfs", disk]);
    telemetry = createTelemetry();
    const limits = {
      maxImageBytes: 2 * MIB,
      maxBoardImageBytes: 999 * MIB,
      maxUserImageBytes: 999 * MIB,
      maxAllImageBytes: 999_000_000,
    };
    const clock = systemClock();
    images = await openImages({ kind: "lmdb", path: join(disk, "images"), redisUrl: "", limits, clock, telemetry });
  });
  afterEach(async () => {
    await images.close();
    execFileSync("umount", [disk]);
    await rm(disk, { recursive: true });
  });

  it("[IMG2] are refused while there is still room for documents, and taken again once there is more", async () => {
    const reasons: unknown[] = [];
    telemetry.on("images:failed", ({ error }) => reasons.push(error));
    const room = "whiteboard/plans";
    const kept: string[] = [];
    const refusal = await (async () => {
      for (let seed = 0; seed < 10; seed++) kept.push((await images.put(pngOf(MIB, seed), { room })).hash);
      return undefined;
    })().catch((error: unknown) => error);

    execFileSync("mount", ["-o", `remount,size=${2 * DISK_MB}m`, disk]);
    kept.push((await images.put(pngOf(MIB, 99), { room })).hash);

    assert.ok(refusal instanceof Error && "code" in refusal && refusal.code === "IMAGES_UNAVAILABLE", String(refusal));
    assert.match(String(reasons[0]), /the disk has less than \d+ bytes left/);
    assert.ok(kept.length > 2);
    for (const hash of kept) assert.equal((await contentOf(images, hash))?.length, MIB);
  });
});
