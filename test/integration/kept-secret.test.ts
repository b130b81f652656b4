import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock/clock.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { createTokens, type IssuedToken } from "../../src/tokens/tokens.ts";
import { sampleImage } from "../support/sample-images.ts";
import { type NodeProcess, spawnNode } from "../support/spawn-node.ts";

describe("a node that was killed and started again on the same data folder", function () {
  this.timeout(60_000);
  let folder: string;
  let node: NodeProcess;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-kept-"));
  });
  afterEach(async () => {
    node.child.kill("SIGKILL");
    await node.ended;
    await rm(folder, { recursive: true });
  });

  const start = async (env: Record<string, string> = {}): Promise<string> => {
    node = spawnNode(["--port", "0", "--host", "127.0.0.1", "--data-dir", folder], env);
    return `http://127.0.0.1:${(await node.ready).port}`;
  };
  const restart = async (env: Record<string, string> = {}): Promise<string> => {
    node.child.kill("SIGKILL");
    await node.ended;
    return start(env);
  };
  const call = (url: string, token: string, body?: Uint8Array): Promise<Response> =>
    fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      ...(body && { body: new Uint8Array(body) }),
    });
  const guestAt = async (url: string): Promise<IssuedToken> => {
    const answer = await fetch(`${url}/api/token`, { method: "POST" });
    return (await answer.json()) as IssuedToken; // as the token route is tested to answer
  };

  it("[TOK12] knows its guests", async () => {
    const guest = await guestAt(await start());

    const renewed = await call(`${await restart()}/api/token`, guest.token);

    assert.equal(((await renewed.json()) as IssuedToken).userId, guest.userId); // as above
  });

  it("[TOK12] takes its tickets, and has the images that were brought before", async () => {
    const url = await start();
    const ownSecret = (await readFile(join(folder, "token-secret"), "utf8")).trim();
    const tokens = createTokens({ mode: "guest", ownSecret, clock: systemClock(), telemetry: createTelemetry() });
    const { token } = await tokens.grant({ kind: "image", room: "whiteboard/plans" }, 60_000);
    const brought = await call(`${url}/api/images`, token, sampleImage("png"));
    const { hash } = (await brought.json()) as { hash: string }; // as the image route is tested to answer

    const after = await restart();

    assert.equal((await fetch(`${after}/api/images/${hash}`)).status, 200);
    assert.equal((await call(`${after}/api/images`, token, sampleImage("gif"))).status, 200);
  });

  it("[TOK12] keeps no secret where one is given", async () => {
    await start({ ARENA_TOKEN_SECRET: "a-secret-of-this-server-that-is-long-enough" });

    await assert.rejects(stat(join(folder, "token-secret")), { code: "ENOENT" });
  });

  it("[NOD2] does not start with a secret that is damaged, and says what to do in one sentence", async () => {
    await guestAt(await start());
    await writeFile(join(folder, "token-secret"), "");

    await assert.rejects(restart());

    assert.equal(await node.ended, 1);
    assert.match(node.stderr(), /^Arena cannot start\. .*token-secret is not as it was written\. .*remove it.*\n$/);
  });
});
