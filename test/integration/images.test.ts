import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { systemClock } from "../../src/clock/clock.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { createTokens, type Grant, type Tokens } from "../../src/tokens/tokens.ts";
import { pngOf, pngSized, SAMPLE_NAMES, sampleImage } from "../support/sample-images.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const SECRET = "a secret of this server that is long enough";
const MIB = 1024 * 1024;
const UNKNOWN_HASH = "0".repeat(64);

/** What a node answers to an image that it took, or refused. */
interface Answer {
  readonly hash: string;
  readonly name: string;
  readonly error: string;
}

describe("images over HTTP", () => {
  let test: TestNode;
  let tokens: Tokens;
  let boards = 0;
  let room = "";
  before(async () => {
    test = await startNode({
      tokenSecret: SECRET,
      maxImageBytes: MIB,
      maxBoardImageBytes: 2 * MIB,
      maxUserImageBytes: 3 * MIB,
    });
    tokens = createTokens({ mode: "guest", secret: SECRET, clock: systemClock(), telemetry: createTelemetry() });
  });
  beforeEach(() => {
    room = `whiteboard/${boards++}`;
  });
  after(() => test.close());

  const ticket = async (grant: Partial<Grant> = {}, ttlMs = 60_000): Promise<string> =>
    (await tokens.grant({ kind: "image", room, ...grant }, ttlMs)).token;
  const postWith = (token: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${test.httpUrl}/api/images`, {
      method: "POST",
      body: new Uint8Array(body),
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
  const post = async (body: Uint8Array, grant: Partial<Grant> = {}): Promise<Response> =>
    postWith(await ticket(grant), body);
  const get = (hash: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${test.httpUrl}/api/images/${hash}`, init);
  const answerOf = async (response: Response): Promise<Answer> => (await response.json()) as Answer; // its form is what is tested
  const assertRefused = async (response: Response, status: number, name: string): Promise<Answer> => {
    const answer = await answerOf(response);
    assert.deepEqual([response.status, answer.name], [status, name]);
    return answer;
  };

  describe("are taken", () => {
    for (const name of SAMPLE_NAMES) {
      it(`[IMG1] with what they are, and given back byte for byte: ${name}`, async () => {
        const content = sampleImage(name);

        const answer = await post(content);
        const image = (await answer.json()) as Answer & { type: string };
        const found = await get(image.hash);

        assert.equal(answer.status, 200);
        assert.deepEqual({ ...image, hash: "" }, { hash: "", type: image.type, w: 3, h: 2, bytes: content.length });
        assert.equal(found.headers.get("content-type"), image.type);
        assert.equal(found.headers.get("content-length"), String(content.length));
        assert.equal(Buffer.compare(Buffer.from(await found.arrayBuffer()), content), 0);
      });
    }

    for (const type of ["", "text/html", "image/svg+xml", "application/json", "multipart/form-data; boundary=x"]) {
      it(`[IMG1] as what they are, whatever the request says: ${type || "nothing"}`, async () => {
        const answer = await postWith(await ticket(), sampleImage("gif"), type === "" ? {} : { "content-type": type });

        const { hash } = await answerOf(answer);
        assert.equal((await get(hash)).headers.get("content-type"), "image/gif");
      });
    }

    it("[IMG1] where they come in pieces, without a length, with everything in them", async () => {
      const content = pngOf(MIB, 7);
      const upload = beginUpload(await ticket(), {});
      for (let at = 0; at < MIB; at += 100_000) upload.write(content.subarray(at, at + 100_000));
      upload.end();

      const [response] = (await once(upload, "response")) as [IncomingMessage];

      assert.equal(response.statusCode, 200);
      const { hash } = JSON.parse(await textOf(response)) as Answer;
      assert.equal(Buffer.compare(Buffer.from(await (await get(hash)).arrayBuffer()), content), 0);
    });

    it("by pages of other origins", async () => {
      const origin = "http://other.example";
      const answer = await postWith(await ticket(), sampleImage("png"), { origin });
      const { hash } = await answerOf(answer);
      const found = await get(hash, { headers: { origin } });

      assert.equal(answer.headers.get("access-control-allow-origin"), origin);
      assert.equal(found.headers.get("access-control-allow-origin"), origin);
      assert.equal(found.headers.get("cross-origin-resource-policy"), "cross-origin");
    });
  });

  describe("are refused", () => {
    for (const [what, text] of [
      ["SVG", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
      ["HTML", "<!doctype html><script>alert(1)</script>"],
      ["nothing", ""],
    ] as const) {
      it(`[IMG1] where they are ${what}`, async () => {
        await assertRefused(await post(Buffer.from(text)), 415, "IMAGE_UNKNOWN_TYPE");
      });
    }

    it("[IMG2] where a browser would need gigabytes for them", async () => {
      await assertRefused(await post(pngSized(16_000, 16_000)), 413, "IMAGE_TOO_LARGE");
    });

    it("[IMG2] where they are larger than an image may be", async () => {
      const { error } = await assertRefused(await post(pngOf(MIB + 1)), 413, "IMAGE_TOO_LARGE");

      assert.match(error, /It may have 1 MiB/);
    });

    it("[IMG2] where they are larger than the ticket says", async () => {
      await assertRefused(await post(pngOf(2000), { maxBytes: 1000 }), 413, "IMAGE_TOO_LARGE");
    });

    it("[IMG2] where the board has no room, and another has", async () => {
      await post(pngOf(MIB, boards * 10 + 1));
      await post(pngOf(MIB, boards * 10 + 2));

      const { error } = await assertRefused(await post(pngOf(5000, boards * 10 + 3)), 413, "IMAGES_FULL");

      assert.match(error, /This board has 2 MiB of images of at most 2 MiB, and this one has 0.1 MiB/);
      assert.equal((await post(pngOf(5000, boards * 10 + 3), { room: `${room}/other` })).status, 200);
    });

    it("[IMG2] where the user has brought too many, to whatever board", async () => {
      const userId = `user-${boards}`;
      for (const seed of [1, 2, 3]) {
        const answer = await post(pngOf(MIB, boards * 10 + seed), { userId, room: `${room}/${seed}` });
        assert.equal(answer.status, 200);
      }

      await assertRefused(await post(pngOf(5000, boards * 10 + 4), { userId, room: `${room}/4` }), 413, "IMAGES_FULL");
    });

    it("[TOK11] without a ticket", async () => {
      const answer = await fetch(`${test.httpUrl}/api/images`, { method: "POST", body: "x" });

      await assertRefused(answer, 403, "GRANT_INVALID");
    });

    it("[TOK11] with an invitation or a user's token in its place", async () => {
      const invitation = await tokens.grant({ kind: "invite", room, role: "owner" }, 60_000);
      const { token } = await tokens.issueGuest();

      await assertRefused(await postWith(invitation.token, sampleImage("png")), 403, "GRANT_INVALID");
      await assertRefused(await postWith(token, sampleImage("png")), 403, "GRANT_INVALID");
    });

    it("[TOK11] with a ticket that has ended", async () => {
      const old = createTokens({
        mode: "guest",
        secret: SECRET,
        clock: { ...systemClock(), wallMs: () => systemClock().wallMs() - 60_000 },
        telemetry: createTelemetry(),
      });
      const { token } = await old.grant({ kind: "image", room }, 59_000);

      const { error } = await assertRefused(await postWith(token, sampleImage("png")), 403, "GRANT_EXPIRED");

      assert.match(error, /has ended; ask for a new one/);
    });

    for (const [what, headers] of [
      ["that says so", { "content-length": String(200 * MIB) }],
      ["that does not say so", {}],
    ] as const) {
      it(`[IMG2] where they have 200 MB, long before their end: one ${what}`, async () => {
        const refused = test.nextEvent("error:refused");
        const upload = beginUpload(await ticket(), headers);
        let sentBytes = 0;
        const pieces = function* () {
          for (; sentBytes < 200 * MIB; sentBytes += 65_536) yield Buffer.alloc(65_536);
        };

        // The line may be cut before its answer is read.
        const sent = await pipeline(pieces, upload).catch((error: Error & { code?: string }) => error.code);

        assert.equal((await refused).code, "IMAGE_TOO_LARGE");
        assert.notEqual(sent, undefined);
        assert.ok(sentBytes < 20 * MIB, `${sentBytes} bytes were sent`);
      });
    }

    it("[IMG2] where more of one person are on their way than may be, until the others have come", async () => {
      const token = await ticket({ userId: "hasty" });
      const uploads = Array.from({ length: 5 }, () => beginUpload(token, { "content-length": "10" }));
      const answers = uploads.map((upload) => once(upload, "response") as Promise<[IncomingMessage]>);
      for (const upload of uploads) upload.on("error", () => {}).write("x");

      const [refused] = await Promise.race(answers);
      for (const upload of uploads) upload.end("123456789");
      const statuses = (await Promise.all(answers)).map(([{ statusCode }]) => statusCode);

      assert.match(await textOf(refused), /IMAGES_BUSY/);
      assert.ok(Number(refused.headers["retry-after"]) > 0);
      assert.deepEqual(statuses.sort(), [415, 415, 415, 415, 503]);
      assert.equal((await postWith(token, sampleImage("png"))).status, 200);
    });

    it("[IMG2] which are on their way no more, as their lines broke before they began, keep none away", async () => {
      const token = await ticket({ userId: "broken" });
      const { hostname, port } = new URL(test.httpUrl);
      const head = `POST /api/images HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-length: 10\r\n\r\n`;
      for (let n = 0; n < 20; n++) {
        const line = connect(Number(port), hostname);
        await once(line, "connect");
        line.write(head, () => line.resetAndDestroy());
        await once(line, "close");
      }

      let answer = await postWith(token, sampleImage("png"));
      while (answer.status === 503) answer = await postWith(token, sampleImage("png")); // the last ones are ending

      assert.equal(answer.status, 200);
    });
  });

  describe("are served", () => {
    let hash: string;
    beforeEach(async () => {
      const content = Buffer.concat([sampleImage("gif"), Buffer.from("<script>alert(1)</script>")]);
      ({ hash } = await answerOf(await post(content)));
    });

    it("[IMG3] under headers under which nothing runs, whatever stands behind the image", async () => {
      const { headers } = await get(hash);

      assert.equal(headers.get("content-type"), "image/gif");
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("content-security-policy"), "default-src 'none'; sandbox");
      assert.equal(headers.get("content-disposition"), 'inline; filename="image.gif"');
    });

    it("[IMG3] to be kept for ever, since the content of an address never changes", async () => {
      const { headers } = await get(hash);

      assert.equal(headers.get("cache-control"), "public, max-age=31536000, immutable");
      assert.equal(headers.get("etag"), `"${hash}"`);
    });

    for (const etag of [(own: string) => `"${own}"`, (own: string) => `"other", W/"${own}"`]) {
      it(`[IMG3] without their content to whoever has it: ${etag("...")}`, async () => {
        const answer = await get(hash, { headers: { "if-none-match": etag(hash) } });

        assert.equal(answer.status, 304);
        assert.equal(await answer.text(), "");
      });
    }

    it("[IMG3] with the same headers and without content to whoever asks for the head alone", async () => {
      const [head, whole] = await Promise.all([get(hash, { method: "HEAD" }), get(hash)]);

      for (const name of ["content-type", "content-length", "etag", "content-security-policy", "cache-control"]) {
        assert.equal(head.headers.get(name), whole.headers.get(name), name);
      }
      assert.equal(await head.text(), "");
    });

    for (const unknown of [UNKNOWN_HASH, "x", "..%2f..%2fetc", UNKNOWN_HASH.toUpperCase().replaceAll("0", "A")]) {
      it(`[IMG3] or said to be unknown: ${unknown.slice(0, 12)}`, async () => {
        await assertRefused(await get(unknown), 404, "IMAGE_UNKNOWN");
      });
    }
  });

  it("[TEL3] are counted", async () => {
    const lines = [
      'arena_images_total{type="image/png",new="yes"}',
      'arena_images_total{type="image/png",new="no"}',
      "arena_image_bytes_total",
      "arena_images_served_total",
      "arena_image_bytes_served_total",
      'arena_refusals_total{code="IMAGE_UNKNOWN_TYPE",where="http"}',
    ];
    const read = (): Promise<number[]> => Promise.all(lines.map((line) => test.metric(line)));
    const before = await read();

    const { hash } = await answerOf(await post(pngOf(5000, 4711)));
    await post(pngOf(5000, 4711));
    await (await get(hash)).arrayBuffer();
    await post(Buffer.from("no image"));

    const after = await read();
    assert.deepEqual(
      after.map((value, index) => value - Number(before[index])),
      [1, 1, 5000, 1, 5000, 1],
    );
  });

  function beginUpload(token: string, headers: Record<string, string>) {
    return request(`${test.httpUrl}/api/images`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
  }
});
