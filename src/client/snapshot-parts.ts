import { MapRecords } from "../document/document.ts";

/** Puts a snapshot together from its parts. */
export class SnapshotParts<R extends object> {
  /** What has come of it. */
  readonly records = new MapRecords<R>();
  #next = 0;

  /** Takes in a part; says whether more are to come, all is there, or one was lost before it. */
  add(part: number, of: number, data: readonly (readonly [id: string, record: R])[]): "more" | "whole" | "hole" {
    if (part !== this.#next) return "hole";
    this.#next++;
    for (const [id, record] of data) this.records.set(id, record);
    return this.#next >= of ? "whole" : "more";
  }
}
