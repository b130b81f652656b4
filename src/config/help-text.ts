import type { Option } from "./option.ts";
import { OPTIONS } from "./options.ts";

/** The text of `--help`: every option with its variable, its bounds and its default. */
export function helpText(): string {
  const rows = OPTIONS.map(
    (option) => `  --${option.flag}${placeholder(option)}  (${option.env}, ${range(option)})
      ${option.sentence}`,
  );
  return `Usage: npm start -- [options], arena [command] [options]

Starts one node: page, matchmaking and sockets on one port. Commands for more than one:

  arena cluster --nodes 3 [options]    an edge and so many nodes on this machine, with a Redis where no --redis-url is given
  arena status                         the processes of a running cluster
  arena drain <node>                   empties a node: its rooms go to others; with --exit its process ends then
  arena restart [<node>]               restarts that process, or all one after the other: --only node, --only edge; it begins where
                                       there are --nodes 2 at least

The last three ask the process at --url (http://127.0.0.1:2567) with ARENA_ADMIN_TOKEN, and take --budget-ms for how long a node may
take to be emptied and --force where the others have no place.

Options (flag, variable, default and bounds):
${rows.join("\n")}
  --help
      Prints this text.
`;
}

/** Default and bounds of an option, e.g. `2567, 0 to 65535`. */
export function range(option: Option): string {
  const unit = option.unit === "" ? "" : ` ${option.unit}`;
  switch (option.type) {
    case "integer":
      return `default ${option.default}${unit}, ${option.min} to ${option.max}`;
    case "boolean":
      return `default ${option.default ? 1 : 0}, 1 or 0`;
    case "choice":
      return `default ${option.default}, one of ${option.choices.join(" ")}`;
    case "text":
    case "list":
      return option.default.length === 0 ? option.form : `default ${option.default}, ${option.form}`;
    default:
      return option satisfies never;
  }
}

function placeholder(option: Option): string {
  if (option.type === "boolean") return "";
  return option.type === "integer" ? " <number>" : " <text>";
}
