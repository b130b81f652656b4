import { createHash } from "node:crypto";

/** A Lua script as Redis knows it. Every key that it touches is passed to it, and all of them share a hash tag. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** A script that replies a list of texts, "OK" first where it has written. */
export function script(lua: string): Script {
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}
