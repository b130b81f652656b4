import "./prefer-ws.ts";
import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../src/clock/clock.ts";
import { Crew, type CrewOrder } from "./crew.ts";
import type { Verification } from "./documents/verification.ts";
import type { Figures } from "./tally.ts";

/** What the main thread asks of a worker. A worker answers all but `measure`. */
export type Request = "measure" | "report" | "rest" | "verify" | "close";

/** What a worker tells the main thread. */
export type Report =
  | { readonly kind: "joined" }
  | { readonly kind: "figures"; readonly figures: Figures }
  | { readonly kind: "rested" }
  | { readonly kind: "verified"; readonly verification: Verification | undefined }
  | { readonly kind: "closed" };

const port = parentPort;
if (!port) throw new Error("This file runs as a worker of runner.ts.");

// The SDK writes a line for every reconnection and every lost socket; the table counts them.
console.info = () => {};
console.warn = () => {};

const tell = (report: Report): void => port.postMessage(report);
const crew = new Crew(workerData as CrewOrder, systemClock()); // made by runner.ts and by nobody else
void crew.joined.then(() => tell({ kind: "joined" }));

port.on("message", async (request: Request) => {
  switch (request) {
    case "measure":
      crew.measure();
      break;
    case "report":
      tell({ kind: "figures", figures: crew.figures() });
      break;
    case "rest":
      await crew.rest();
      tell({ kind: "rested" });
      break;
    case "verify":
      tell({ kind: "verified", verification: await crew.verify() });
      break;
    case "close":
      await crew.close();
      tell({ kind: "closed" });
      port.close();
      break;
    default:
      request satisfies never;
  }
});
