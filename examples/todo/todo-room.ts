import { z } from "zod";
import { DurableRoom } from "../../src/op-lane/op-lane.ts";
import { type Todo, type TodoOp, todoList } from "./todo-rules.ts";

const id = z.string().regex(/^[\w-]{1,64}$/);
const ifRev = z.int().optional();

export class TodoRoom extends DurableRoom<TodoOp, Todo> {
  static override readonly options = z.strictObject({ id });
  protected override readonly document = todoList;
  protected override readonly op: z.ZodType<TodoOp> = z.discriminatedUnion("t", [
    z.strictObject({ t: z.literal("add"), id, text: z.string().max(200) }),
    z.strictObject({ t: z.literal("check"), id, isDone: z.boolean(), ifRev }),
    z.strictObject({ t: z.literal("remove"), id, ifRev }),
  ]);
}
