/**
 * Makes a clone ready: `node scripts/setup.mjs [--page] [--tests] [--redis]`.
 *
 * Installs exactly what package-lock.json says where node_modules is missing or stale; `--page` builds the page where
 * that is, `--tests` makes sure that Chromium and Redis are there, `--redis` that Redis is where no REDIS_URL names one. Runs on Node >= 20 without a dependency. Says what it does on
 * standard error and nothing on standard output; ends with 1 and one sentence where it cannot go on.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FLAGS = ["--page", "--tests", "--redis"];
const OLDEST_NODE = [22, 18];
const LOCK = ".setup.lock";
const TAKE_OVER = `${LOCK}.take-over`;
const LOCK_WAIT_MS = 10 * 60_000;
const OWN_NODE = "node_modules/.bin/node";
const PAGE = "client-sample/dist/index.html";
/** Not beside the page, where it would be served. */
const PAGE_STAMP = "node_modules/.cache/arena-page-stamp";
const PAGE_INPUTS = [
  "client-sample",
  "src/protocol",
  "src/clock",
  "src/client",
  "src/document",
  "rooms/arena/rules",
  "rooms/whiteboard/rules",
  "rooms/chat/rules",
  "package-lock.json",
];
/** What the tests need besides, by the variables that say where it is. */
const PROGRAMS = {
  CHROMIUM_PATH: { name: "Chromium", package: "chromium", path: "/usr/bin/chromium", users: "browser tests" },
  REDIS_SERVER_PATH: {
    name: "Redis",
    package: "redis-server",
    path: "/usr/bin/redis-server",
    users: "cluster and its tests",
  },
};

process.chdir(ROOT);

/** What keeps a clone from being made ready; its message is the sentence for people. */
class SetupError extends Error {}

try {
  setUp(new Set(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

function setUp(wanted) {
  const unknown = [...wanted].find((word) => !FLAGS.includes(word));
  if (unknown) throw new SetupError(`${unknown} is not known here; there are ${FLAGS.join(", ")}.`);
  const steps = [{ isDone: isInstalled, run: install }];
  if (wanted.has("--page")) steps.push({ isDone: isPageBuilt, run: buildPage });
  if (wanted.has("--tests")) steps.push(...Object.keys(PROGRAMS).map(programStep));
  else if (wanted.has("--redis") && !process.env.REDIS_URL) steps.push(programStep("REDIS_SERVER_PATH"));
  if (!steps.every((step) => step.isDone())) {
    underLock(() => {
      // Whoever held the lock before may have done the work.
      for (const step of steps) if (!step.isDone()) step.run();
    });
  }
  checkNode();
}

/** Compares with the list that npm leaves of what it installed; a package for other machines may be missing there. */
function isInstalled() {
  const wanted = packagesOf("package-lock.json");
  const found = packagesOf("node_modules/.package-lock.json");
  const isSame = (path) =>
    wanted[path]?.version === found[path].version && wanted[path].integrity === found[path].integrity;
  return (
    Object.keys(found).every(isSame) &&
    Object.entries(wanted).every(([path, { optional }]) => path === "" || optional || path in found)
  );
}

function packagesOf(lockFile) {
  const text = read(lockFile);
  return text ? JSON.parse(text).packages : {};
}

function install() {
  say("Installing what package-lock.json names ...");
  // Building and testing needs all of it, also where NODE_ENV or npm's settings would leave something out.
  const all = ["--include=dev", "--include=optional"];
  run(
    "npm",
    ["ci", ...all, "--no-audit", "--no-fund", "--loglevel=error"],
    "npm ci failed; its output above says why.",
  );
}

function isPageBuilt() {
  return existsSync(PAGE) && read(PAGE_STAMP) === `${hashOf(PAGE_INPUTS)} ${hashOf([PAGE])}`;
}

function buildPage() {
  checkNode();
  say("Building the page ...");
  const hash = hashOf(PAGE_INPUTS);
  const vite = "node_modules/vite/bin/vite.js";
  run(nodePath(), [vite, "build", "client-sample", "--logLevel", "warn"], "The page could not be built; see above.");
  mkdirSync(dirname(PAGE_STAMP), { recursive: true });
  // The page is named too: it may be built again by hand, from other sources.
  writeFileSync(PAGE_STAMP, `${hash} ${hashOf([PAGE])}`);
}

function programStep(variable) {
  const { path, ...program } = PROGRAMS[variable];
  const wanted = process.env[variable] ?? path;
  return { isDone: () => existsSync(wanted), run: () => installProgram({ ...program, path: wanted, variable }) };
}

function installProgram({ name, package: debianPackage, path, users, variable }) {
  if (process.env[variable] || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new SetupError(`The ${users} need ${name} at ${path}; install it or set ${variable}.`);
  }
  say(`Installing ${name} ...`);
  const failure = `${name} could not be installed; install it yourself and set ${variable}.`;
  run("apt-get", ["update", "-qq"], failure);
  run("apt-get", ["install", "-qq", "-y", "--no-install-recommends", debianPackage], failure);
}

function checkNode() {
  if (existsSync(OWN_NODE)) return;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new SetupError(`Arena needs Node ${OLDEST_NODE.join(".")} or newer; this is ${process.versions.node}.`);
}

function nodePath() {
  return existsSync(OWN_NODE) ? OWN_NODE : process.execPath;
}

/** Runs a command whose output goes to standard error only where it fails. */
function run(command, args, failure) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
  throw new SetupError(error ? `${failure} (${error.message})` : failure);
}

/** Runs `work` while no other set-up of this clone does; waits for it, for a bounded time. */
function underLock(work) {
  const untilMs = Date.now() + LOCK_WAIT_MS;
  if (!tryLock(LOCK)) say("Waiting for another set-up of this clone ...");
  while (lockHolder() !== process.pid) {
    if (Date.now() > untilMs)
      throw new SetupError(`Another set-up does not come to its end; if none runs, remove ${LOCK}*.`);
    sleep(200);
    if (isDead(lockHolder())) takeOver();
    tryLock(LOCK);
  }
  try {
    work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/** Makes a lock file that names this process, whole or not at all: a link appears with its content. */
function tryLock(path) {
  const draft = `${LOCK}.${process.pid}`;
  try {
    writeFileSync(draft, String(process.pid));
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw new SetupError(`${ROOT} cannot be written (${error.message}).`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes the lock of a dead process. Only one may do so at a time, or it could remove its successor's. */
function takeOver() {
  if (!tryLock(TAKE_OVER)) return;
  if (isDead(lockHolder())) rmSync(LOCK, { force: true });
  rmSync(TAKE_OVER, { force: true });
}

function lockHolder() {
  return Number(read(LOCK));
}

function isDead(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

function hashOf(paths) {
  const hash = createHash("sha256");
  for (const file of paths.flatMap(filesBelow)) hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => name !== "dist");
  return names.sort().flatMap((name) => filesBelow(`${path}/${name}`));
}

/** The text of a file, empty where there is none. */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // missing is what the caller asks about
  }
}

function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}
