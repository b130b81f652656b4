#!/usr/bin/env node
import { runCli } from "./cli/cli.ts";

await runCli({ args: process.argv.slice(2), env: process.env });
