import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualClock } from "../../../src/clock/clock.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { type Http, type HttpParts, type MatchmakingRequest, openHttp } from "../../../src/http/http.ts";
import { createTelemetry, type Telemetry, type TelemetryEvents } from "../../../src/telemetry/telemetry.ts";
import { createTokens } from "../../../src/tokens/tokens.ts";

describe("the HTTP side of a node", () => {
  let folder: string;
  let telemetry: Telemetry;
  let http: Http;
  let url: string;

  const open = async (parts: Partial<HttpParts> = {}): Promise<void> => {
    http = await openHttp({
      clock: manualClock(),
      telemetry,
      maxBodyBytes: 200,
      socketBufferBytes: 16_384,
      pageDir: folder,
      allowedOrigins: [],
      tokens: createTokens({ mode: "guest", clock: manualClock(), telemetry }),
      adminToken: "",
      admit: () => undefined,
      matchmake: async () => ({}),
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

  it("serves nothing from outside the page's folder", async () => {
    await open({ pageDir: join(folder) });

    assert.equal((await fetch(`${url}/..%2f..%2fetc/passwd`)).ok, false);
  });
});
