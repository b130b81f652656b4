import assert from "node:assert/strict";
import { board } from "../../../rooms/whiteboard/rules/board.ts";
import { type Connection, connect } from "../../../src/client/connection.ts";
import { openDocument } from "../../../src/client/open-document.ts";
import { memoryStorage } from "../../../src/client/outbox-storage.ts";
import { manualClock } from "../../../src/clock/clock.ts";

const OPEN = { message: "This connection has a document open; close that first, or open another connection." };

describe("opening a document", () => {
  let connection: Connection;

  beforeEach(() => {
    const network = { isOnline: false, watch: () => () => {} };
    connection = connect({ url: "http://127.0.0.1:1", room: "whiteboard", clock: manualClock(), network });
  });

  afterEach(() => connection.close());

  it("[CLI2] is refused where the connection has one open, whose pushes would be taken for those of the other", async () => {
    const options = { document: board, storage: memoryStorage() };
    const opening = openDocument(connection, { ...options, name: "one" });

    await assert.rejects(openDocument(connection, { ...options, name: "two" }), OPEN);
    await opening;
    await assert.rejects(openDocument(connection, { ...options, name: "two" }), OPEN);
  });

  it("works again once the document that the connection had is closed", async () => {
    const first = await openDocument(connection, { document: board, storage: memoryStorage() });
    await first.close();

    await assert.doesNotReject(openDocument(connection, { document: board, storage: memoryStorage() }));
  });

  it("works again after it has failed", async () => {
    await assert.rejects(openDocument(connection, { document: board, name: "\ud800" }), { name: "URIError" });

    await assert.doesNotReject(openDocument(connection, { document: board, storage: memoryStorage() }));
  });
});
