import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { type Http, type HttpParts, type MatchmakingRequest, openHttp } from "../../../src/http/http.ts";
import { openImages } from "../../../src/images/images.ts";
import { openPeers } from "../../../src/peers/peers.ts";
import { createTelemetry, type Telemetry, type TelemetryEvents } from "../../../src/telemetry/telemetry.ts";
import { createTokens, type Tokens } from "../../../src/tokens/tokens.ts";

const IMAGE_LIMITS = {
  maxImageBytes: 1_000_000,
  maxBoardImageBytes: 1_000_000,
  maxUserImageBytes: 1_000_000,
  maxAllImageBytes: 999_000_000,
};

describe("the HTTP side of a node", () => {
  let folder: string;
  let clock: ManualClock;
  let telemetry: Telemetry;
  let tokens: Tokens;
  let http: Http;
  let url: string;

  const open = async (parts: Partial<HttpParts> = {}): Promise<void> => {
    clock = manualClock();
    tokens = createTokens({ mode: "guest", clock, telemetry });
    http = await openHttp({
      retryAfterMs: () => 1700,
      clock,
      telemetry,
      maxBodyBytes: 200,
      socketBufferBytes: 16_384,
      pageDir: folder,
      allowedOrigins: [],
      tokens,
      images: await openImages({ kind: "memory", path: "", redisUrl: "", limits: IMAGE_LIMITS, clock, telemetry }),
      presence: {
        of: async (users) => Object.fromEntries(users.map((user) => [user, { online: false, sessions: [] }])),
      },
      adminToken: "",
      admit: () => undefined,
      addressOf: () => "10.0.0.1",
      matchmake: async () => ({}),
      peers: openPeers({ clock, telemetry, signing: { secret: Buffer.alloc(32), bootId: "b1" } }),
      cluster: { nodes: () => [], node: () => undefined, owner: async () => undefined, isLeaseHeld: () => true },
      page: async () => ({ rooms: [], cursor: undefined }),
      drain: async () => ({
        nodeId: "",
        progress: { rooms: 0, moved: 0, ended: 0, left: 0, pinned: 0, leftMs: 0, isOver: true },
      }),
      move: async () => ({ outcome: "stayed", nodeId: "" }),
      metrics: async () => ({ contentType: "text/plain", text: "m 1\n" }),
      whyNotReady: () => undefined,
      ...parts,
    });
    await once(http.server.listen(0, "127.0.0.1"), "listening");
    url = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`; // a port, never a pipe
  };
  const matchmake = (body: string, path = "join/arena"): Promise<Response> =>
    fetch(`${url}/matchmake/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body });
  /** Makes matchmaking reject with `error`, and calls it. */
  const refusedWith = async (error: unknown): Promise<Response> => {
    await open({ matchmake: async () => Promise.reject(error) });
    return matchmake("{}");
  };
  const heard = <E extends keyof TelemetryEvents>(name: E): TelemetryEvents[E][] => {
    const events: TelemetryEvents[E][] = [];
    telemetry.on(name, (event) => events.push(event));
    return events;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-page-"));
    telemetry = createTelemetry();
  });
  afterEach(async () => {
    http.server.close(); // the transport's part in a node
    await http.close();
    await rm(folder, { recursive: true });
  });

  it("[HTP1] is alive whatever else holds", async () => {
    await open({ whyNotReady: () => "not accepting players" });

    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  });

  it("[HTP1] is ready while players are accepted", async () => {
    await open();

    assert.equal((await fetch(`${url}/readyz`)).status, 200);
  });

  it("[HTP1] is not ready while they are not, and says why", async () => {
    await open({ whyNotReady: () => "not accepting players" });

    const answer = await fetch(`${url}/readyz`);

    assert.equal(answer.status, 503);
    assert.deepEqual(await answer.json(), { status: "not ready", reason: "not accepting players" });
  });

  it("[IMG4] cuts an upload that hardly moves, says so, and gives its place to others", async () => {
    await open();
    const { token } = await tokens.grant({ kind: "image", room: "whiteboard/a" }, 60_000);
    const upload = (length: number) =>
      request(`${url}/api/images`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-length": length },
      });
    const slow = Array.from({ length: 4 }, () => upload(500_000));
    const answers = slow.map((one) => once(one, "response") as Promise<[IncomingMessage]>);
    for (const one of slow) one.on("error", () => {}).write("x");
    const cut = Promise.all(answers).then((all) => all.map(([{ statusCode }]) => statusCode));
    let statuses: (number | undefined)[] | undefined;
    void cut.then((all) => {
      statuses = all;
    });

    while (!statuses) {
      clock.advance(1000);
      await fetch(`${url}/healthz`);
    }

    assert.deepEqual(statuses, [408, 408, 408, 408]);
    const next = upload(1).end("x");
    assert.equal(((await once(next, "response")) as [IncomingMessage])[0].statusCode, 415);
  });

  it("answers with the metrics as they are", async () => {
    await open();

    const answer = await fetch(`${url}/metrics`);

    assert.match(answer.headers.get("content-type") ?? "", /^text\/plain/);
    assert.equal(await answer.text(), "m 1\n");
  });

  it("hands a call to matchmaking and answers with its seat", async () => {
    const calls: Omit<MatchmakingRequest, "request">[] = [];
    await open({
      matchmake: async ({ request: _, ...call }) => {
        calls.push(call);
        return { sessionId: "s1" };
      },
    });

    const answer = await matchmake('{"name":"Ann"}');

    assert.deepEqual(calls, [{ method: "join", target: "arena", options: { name: "Ann" } }]);
    assert.deepEqual(await answer.json(), { sessionId: "s1" });
  });

  it("answers an error with its row of the catalogue and counts it", async () => {
    const refusals = heard("error:refused");

    const answer = await refusedWith(new ArenaError("ROOM_FULL", "Of 32."));

    assert.equal(answer.status, 409);
    assert.deepEqual(await answer.json(), {
      code: 524,
      name: "ROOM_FULL",
      error: "ROOM_FULL: The room is full. Of 32.",
      retryAfterMs: 1700,
    });
    assert.deepEqual(refusals, [{ code: "ROOM_FULL", where: "http", detail: "The room is full. Of 32." }]);
  });

  it("says when to try again where it sends callers away for a while", async () => {
    const answer = await refusedWith(new ArenaError("DRAINING"));

    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get("retry-after"), "2");
  });

  it("answers what a room refused with in the room's own words", async () => {
    const refusal = Object.assign(new Error("no hats here"), { name: "RoomRefusal", wireCode: 4242 });

    const answer = await refusedWith(refusal);

    assert.equal(answer.status, 403);
    assert.deepEqual(await answer.json(), { code: 4242, name: "ROOM_REFUSED", error: "no hats here" });
  });

  it("[MMK5] tells nothing of what it did not expect, and reports it", async () => {
    const failures = heard("node:failed");
    const cause = new Error("the password is 1234");

    const answer = await refusedWith(cause);

    assert.equal(answer.status, 500);
    assert.deepEqual(await answer.json(), {
      code: 4623,
      name: "INTERNAL",
      error: "INTERNAL: Something went wrong on the server.",
    });
    assert.deepEqual(failures, [{ error: cause, isFatal: false }]);
  });

  it("[HTP2] refuses a body over its bound", async () => {
    await open();

    assert.equal((await matchmake(JSON.stringify("x".repeat(300)))).status, 413);
  });

  describe("a body that comes slowly", () => {
    let line: Socket;
    let answer: string;
    const post = async (path: string, head: string): Promise<void> => {
      line = connect(Number(new URL(url).port), "127.0.0.1");
      answer = "";
      line.on("data", (text) => {
        answer += text;
      });
      const begun = once(http.server, "request");
      line.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n${head}\r\n{`);
      await begun;
      await fetch(`${url}/healthz`); // the line's body is being read by now
    };
    afterEach(() => line.destroy());

    it("[HTP6] is cut after the time that a body of its route may take", async () => {
      await open();
      await post("/matchmake/join/arena", "content-type: application/json\r\n");

      clock.advance(15_005);

      await once(line, "end");
      assert.match(answer, /^HTTP\/1.1 4\d\d /);
    });

    it("[HTP6] may take longer where it is an image", async () => {
      await open();
      const { token } = await tokens.grant({ kind: "image", room: "whiteboard/plans" }, 60_000);
      await post("/api/images", `authorization: Bearer ${token}\r\n`);
      clock.advance(15_005);

      line.write(Buffer.alloc(99));

      await once(line, "data");
      assert.match(answer, /^HTTP\/1.1 415 /);
    });
  });

  it("refuses a body that cannot be read", async () => {
    await open();

    const answer = await matchmake("{");

    assert.equal(answer.status, 400);
    assert.equal(((await answer.json()) as { name: string }).name, "BODY_INVALID"); // the answer's form, tested above
  });

  it("[HTP3] refuses an address that no route takes", async () => {
    await open({ pageDir: join(folder, "missing") });

    for (const path of ["/", "/no/such/route", "/healthz/more"])
      assert.equal((await fetch(url + path)).status, 404, path);
  });

  it("lets pages of other origins call it", async () => {
    await open();

    const answer = await fetch(`${url}/matchmake/join/arena`, {
      method: "OPTIONS",
      headers: { origin: "http://other.example", "access-control-request-method": "POST" },
    });

    assert.equal(answer.headers.get("access-control-allow-origin"), "http://other.example");
    assert.equal(answer.headers.get("access-control-allow-credentials"), "true");
    assert.equal(answer.headers.get("access-control-max-age"), "86400");
  });

  it("tells of each answer by its route, never by its address", async () => {
    const answers = heard("http:answered");
    await open();

    await matchmake("{}", "join/arena-of-ann");

    assert.deepEqual(
      answers.map(({ method, route, status }) => [method, route, status]),
      [["POST", "/matchmake/:method/:target", 200]],
    );
  });

  it("serves the page anew each time, and for ever what carries a hash in its name", async () => {
    await writeFile(join(folder, "index.html"), "<h1>Arena</h1>");
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "assets", "main-abc123.js"), "");
    await open();

    const page = await fetch(`${url}/`);
    const asset = await fetch(`${url}/assets/main-abc123.js`);

    assert.equal(await page.text(), "<h1>Arena</h1>");
    assert.equal(page.headers.get("cache-control"), "no-cache");
    assert.match(asset.headers.get("cache-control") ?? "", /immutable/);
    assert.equal(page.headers.get("x-content-type-options"), "nosniff");
  });

  it("[HTP7] lets nothing run in the page that is not part of it", async () => {
    await writeFile(join(folder, "index.html"), "<h1>Arena</h1>");
    await open();

    const policy = (await fetch(`${url}/`)).headers.get("content-security-policy") ?? "";

    const directives = new Map(policy.split("; ").map((directive) => directive.split(/ (.*)/) as [string, string]));
    assert.equal(directives.get("default-src"), "'self'");
    assert.equal(directives.get("script-src"), undefined);
    for (const name of ["object-src", "base-uri"]) assert.equal(directives.get(name), "'none'", name);
    assert.equal(directives.get("frame-ancestors"), "'self'");
  });

  it("leads to a page in a folder, with what is asked of it, whose slash is left out", async () => {
    await mkdir(join(folder, "board"));
    await writeFile(join(folder, "board", "index.html"), "<h1>Board</h1>");
    await open();

    const page = await fetch(`${url}/board?id=plans`);

    assert.equal(page.url, `${url}/board/?id=plans`);
    assert.equal(await page.text(), "<h1>Board</h1>");
  });

  it("serves nothing from outside the page's folder", async () => {
    await open({ pageDir: join(folder) });

    assert.equal((await fetch(`${url}/..%2f..%2fetc/passwd`)).ok, false);
  });
});
