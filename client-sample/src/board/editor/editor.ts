import { type BoardGroups, type BoardOp, isShape } from "../../../../rooms/whiteboard/rules/board.ts";
import type { Clock, Push } from "../../../../src/client/client.ts";
import { styleOps } from "../commands/edits.ts";
import { keysOnTop } from "../commands/order-keys.ts";
import { type CommandRunner, makeCommands } from "../commands/run.ts";
import { type EphemeralOut, OwnDrafts } from "../drafts/own-drafts.ts";
import { itemOf } from "../model/item.ts";
import type { Desk } from "../tools/desk.ts";
import { VIEWER_TOOLS } from "../tools/tools.ts";
import type {
  BoardDocument,
  Camera,
  CommandName,
  Editor,
  Hindrance,
  Item,
  Kind,
  Role,
  Say,
  Scene,
  ShapeStyle,
  Stop,
  ToolName,
} from "../words.ts";
import { failureWords } from "./failures.ts";
import { HINDRANCE_WORDS, hindranceOf } from "./hindrance.ts";
import { Marks } from "./marks.ts";
import type { Step } from "./steps.ts";
import { ChosenStyle } from "./styles.ts";

/** What an editor is made of. */
export interface EditorParts {
  readonly document: BoardDocument;
  readonly scene: Scene;
  readonly camera: Camera;
  readonly say: Say;
  readonly clock: Clock;
  /** Where drafts go out. */
  readonly ephemeral: EphemeralOut;
  /** What this person may do, as far as that is known; see {@link BoardEditor.rightsChanged}. */
  readonly role: () => Role | undefined;
  /** Whether the board is shown as it was. @default never */
  readonly isPast?: () => boolean;
  /** The ops that bring a shape in line with the words in it. */
  readonly refit: (item: Item) => readonly BoardOp[];
  /** Opens the text of a shape for writing. */
  readonly editText: (id: string) => void;
  /** Commands that others carry out, and say whether there was anything to do. @default none */
  readonly commands?: Partial<CommandRunner>;
}

/** Opens the editor of a board. */
export function openEditor(parts: EditorParts): BoardEditor {
  return new BoardEditor(parts);
}

/** What the person has chosen, and what may be done with it; see the words of the page for what each part promises. */
export class BoardEditor implements Editor, Desk {
  readonly document: BoardDocument;
  readonly scene: Scene;
  readonly camera: Camera;
  readonly say: Say;
  readonly clock: Clock;
  readonly drafts: OwnDrafts;
  readonly marks = new Marks();
  readonly #parts: EditorParts;
  readonly #commands: CommandRunner;
  readonly #style = new ChosenStyle();
  readonly #listeners = new Set<() => void>();
  readonly #stop: Stop;
  #selection: readonly string[] = [];
  #tool: ToolName = "select";

  constructor(parts: EditorParts) {
    this.#parts = parts;
    this.document = parts.document;
    this.scene = parts.scene;
    this.camera = parts.camera;
    this.say = parts.say;
    this.clock = parts.clock;
    this.drafts = new OwnDrafts(parts.scene, parts.ephemeral, parts.clock);
    this.#commands = { ...makeCommands(this), ...parts.commands };
    this.#stop = parts.document.onChange((ids) => this.#onDocument(ids));
  }

  get selection(): readonly string[] {
    return this.#selection;
  }

  select(ids: readonly string[]): void {
    const there = [...new Set(ids)].filter((id) => isShape(this.document.get(id)));
    if (there.length === this.#selection.length && there.every((id, n) => id === this.#selection[n])) return;
    this.#selection = there;
    this.#tell();
  }

  get tool(): ToolName {
    return this.#tool;
  }

  setTool(tool: ToolName): void {
    if (!VIEWER_TOOLS.has(tool) && !this.checkEdit()) return;
    if (this.#tool === tool) return;
    this.#tool = tool;
    if (tool !== "select" && tool !== "hand") this.#selection = [];
    this.#tell();
  }

  get style(): ShapeStyle {
    return this.#style.ofTool(this.#tool);
  }

  setStyle(style: Partial<ShapeStyle>): void {
    this.#style.choose(style);
    if (this.#selection.length > 0) this.push(styleOps(this.changeable(this.#selection), style, this.#parts.refit));
    this.#tell();
  }

  get role(): Role | undefined {
    return this.#parts.role();
  }

  get hindrance(): Hindrance | undefined {
    return hindranceOf(this.role, this.#parts.isPast?.() ?? false);
  }

  get canEdit(): boolean {
    return this.hindrance === undefined;
  }

  checkEdit(): boolean {
    const { hindrance } = this;
    if (hindrance !== undefined) this.say(HINDRANCE_WORDS[hindrance]);
    return hindrance === undefined;
  }

  /** What this person may do is another thing now. */
  rightsChanged(): void {
    if (!this.canEdit && !VIEWER_TOOLS.has(this.#tool)) this.#tool = "select";
    this.#tell();
  }

  run(command: CommandName): boolean {
    return this.#commands[command]();
  }

  push(ops: readonly BoardOp[]): void {
    this.beginStep().push(ops);
  }

  beginStep(): Step {
    let joins: Push | undefined;
    return {
      push: (ops) =>
        this.canEdit &&
        ops.length > 0 &&
        this.attempt(() => {
          joins = this.document.pushAll(ops, { joins }).at(-1) ?? joins;
        }),
    };
  }

  /** Does what may fail for want of room; says so if it does. */
  attempt(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      const words = failureWords(error);
      if (words === undefined) throw error;
      this.say(words, "problem");
      return false;
    }
  }

  editText(id: string): void {
    if (this.canEdit && isShape(this.document.get(id))) this.#parts.editText(id);
  }

  resting(id: string): Item | undefined {
    const record = this.document.get(id);
    return isShape(record) ? itemOf(id, record) : undefined;
  }

  changeable(ids: readonly string[]): readonly Item[] {
    const items = ids.map((id) => this.resting(id)).filter((item) => item !== undefined);
    const free = items.filter(({ isLocked }) => !isLocked);
    if (free.length < items.length) {
      this.say(items.length === 1 ? "This is locked. Unlock it to change it." : "What is locked stays as it is.");
    }
    return free;
  }

  groupsFor(kind: Kind): Pick<BoardGroups, "style" | "tree"> {
    const [index = ""] = keysOnTop(this.scene, 1);
    return { style: this.#style.groupOf(kind), tree: { parentId: null, index } };
  }

  onChange(listener: () => void): Stop {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Follows the document no more. */
  close(): void {
    this.#stop();
    this.drafts.cancel();
    this.#listeners.clear();
  }

  #onDocument(ids: readonly string[]): void {
    if (this.#selection.length === 0) return;
    const changed = new Set(ids);
    this.select(this.#selection.filter((id) => !changed.has(id) || isShape(this.document.get(id))));
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
