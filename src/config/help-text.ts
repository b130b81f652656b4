import type { Option } from "./option.ts";
import { OPTIONS } from "./options.ts";

/** The text of `--help`: every option with its variable, its bounds and its default. */
export function helpText(): string {
  const rows = OPTIONS.map(
    (option) => `  --${option.flag}${placeholder(option)}  (${option.env}, ${range(option)})
      ${option.sentence}`,
  );
  return `Usage: npm start -- [options]

Starts one node: page, matchmaking and sockets on one port.

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
