import { type OpDocument, OpRefused } from "../../src/document/document.ts";

/** One thing to do. */
export interface Todo {
  readonly text: string;
  readonly isDone: boolean;
  /** Where in the history it was changed last. */
  readonly rev: number;
}

/** What people do to the list. With `ifRev`, only where nobody else has changed the item since. */
export type TodoOp =
  | { readonly t: "add"; readonly id: string; readonly text: string }
  | { readonly t: "check"; readonly id: string; readonly isDone: boolean; readonly ifRev?: number | undefined }
  | { readonly t: "remove"; readonly id: string; readonly ifRev?: number | undefined };

/** The rules: what an op comes to, what that does to the list, and how to undo it. */
export const todoList: OpDocument<TodoOp, Todo> = {
  apply(todos, op) {
    const todo = todos.get(op.id);
    if (op.t === "add") {
      if (todo) throw new OpRefused("INVALID", `There is an item "${op.id}" already.`);
      return [op];
    }
    const isTooLate = !todo || (op.ifRev !== undefined && op.ifRev !== todo.rev);
    return isTooLate ? [] : [op];
  },
  evolve(todos, effect, { seq }) {
    const todo = todos.get(effect.id);
    if (effect.t === "add") todos.set(effect.id, { text: effect.text, isDone: false, rev: seq });
    else if (effect.t === "remove") todos.delete(effect.id);
    else if (todo) todos.set(effect.id, { ...todo, isDone: effect.isDone, rev: seq });
  },
  invert({ id, before, after }) {
    if (!before) return after ? [{ t: "remove", id, ifRev: after.rev }] : [];
    if (!after) return [{ t: "add", id, text: before.text }];
    return [{ t: "check", id, isDone: before.isDone, ifRev: after.rev }];
  },
};
