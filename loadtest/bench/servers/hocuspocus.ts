/** hocuspocus with its database extension: debounces as they are by default, a file for each document. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Database } from "@hocuspocus/extension-database";
import { Server } from "@hocuspocus/server";
import { announce } from "./announce.ts";

const [folder = ""] = process.argv.slice(2);
const fileOf = (name: string): string => join(folder, encodeURIComponent(name));

const server = new Server({
  address: "127.0.0.1",
  port: 0,
  quiet: true,
  extensions: [
    new Database({
      fetch: ({ documentName }) => readFile(fileOf(documentName)).catch(() => null), // a new document has no file
      store: ({ documentName, state }) => writeFile(fileOf(documentName), state),
    }),
  ],
});
await server.listen();
announce(server.httpServer);
