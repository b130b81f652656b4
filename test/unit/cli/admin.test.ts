import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type AdminCommand, runAdmin } from "../../../src/cli/admin.ts";
import { statusTable } from "../../../src/cli/status.ts";

describe("a command for a running cluster", () => {
  for (const line of [
    "status n1",
    "status --nodes 3",
    "drain",
    "drain n1 n2",
    "drain n1 --only node",
    "restart n1 n2",
    "restart --exit",
    "drain n1 --budget-ms soon",
    "restart --only all",
    "status --url nonsense",
  ]) {
    it(`does nothing for "${line}", and says why`, async () => {
      const [command, ...args] = line.split(" ");

      await assert.rejects(runAdmin(command as AdminCommand, { args, env: {} }), { code: "CONFIG_INVALID" });
    });
  }

  it("says in a sentence that what answers is not Arena, or refuses", async () => {
    const answers = ["<html>", "{}", '{"code":4688,"error":"There is no process of that name."}'];
    const server = createServer((_, response) => {
      const answer = answers.shift() ?? "";
      response.writeHead(answers.length === 0 ? 404 : 200).end(answer);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const args = ["--url", `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
    const run = (): Promise<void> => runAdmin("drain", { args: ["n1", ...args], env: {} });

    for (let times = 0; times < 2; times++) await assert.rejects(run(), { message: /is not Arena \(200 for / });
    await assert.rejects(run(), { code: "ADMIN_REFUSED", message: /404: There is no process of that name\./ });
    server.close();
    server.closeAllConnections();
  });
});

describe("the table of `status`", () => {
  const node = { nodeId: "n1", bootId: "b1", role: "node", version: "1.0.0", isDraining: true } as const;
  const drain = { rooms: 3, moved: 1, left: 2, isOver: false };

  it("tells a node that is being emptied from one with which that is over", () => {
    const [, ...lines] = statusTable({
      isCurrent: true,
      nodes: [
        { ...node, drain },
        { ...node, nodeId: "n2", drain: { ...drain, isOver: true } },
      ],
    }).split("\n");

    assert.match(lines.join("\n"), /n1 .* draining: 1 of 3 moved, 2 left\nn2 .* drained: 1 of 3 moved, 2 left$/);
  });

  it("says first of all where it is not as it is now", () => {
    assert.match(statusTable({ isCurrent: false, nodes: [node] }), /^The process that was asked is cut off .*\nNODE /);
  });
});
