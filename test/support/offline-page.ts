/** The page of the test of edits made offline: a board that the test draws on. Bundled by the test. */
import { type BoardOp, type BoardRecord, board } from "../../rooms/whiteboard/rules/board.ts";
import { connect, openDocument, type SharedDocument } from "../../src/client/client.ts";

/** What the test may do with the page. */
export interface OfflineProbe {
  readonly status: string;
  readonly clientId: string;
  readonly isPersistent: boolean;
  readonly unsaved: number;
  /** The ids of the shapes that are seen. */
  readonly ids: readonly string[];
  draw(id: string): void;
}

const query = new URLSearchParams(location.search);
const url = query.get("server") ?? location.origin;
const connection = connect({ url, room: "whiteboard", options: { id: query.get("board") ?? "offline" } });
const doc: SharedDocument<BoardOp, BoardRecord> = await openDocument(connection, { document: board });

const probe: OfflineProbe = {
  get status() {
    return connection.status;
  },
  get clientId() {
    return doc.clientId;
  },
  get isPersistent() {
    return doc.isPersistent;
  },
  get unsaved() {
    return doc.unsaved;
  },
  get ids() {
    return [...doc.entries()].map(([id]) => id).sort();
  },
  draw: (id) => void doc.push([{ t: "create", id, type: "rect", g: { pos: { x: 0, y: 0, r: 0 } } }]),
};
Object.assign(window, { offlineProbe: probe });
