/** What each view of a room shows, as plain data. */
import { $refId, type ChangeTree, type Encoder, StateView } from "@colyseus/schema";
import { type Instance, rootOf, viewSeams } from "./schema-seams.ts";

/** Of one instance, for one view: its number, whether it is shown, whether what comes into it will be, and under which tags. */
type Shown = readonly [id: number, isVisible: boolean, isSubscribed: boolean, tags: readonly number[]];

/** A view. */
export interface ViewImage {
  readonly shown: readonly Shown[];
  /** The instances that it lists, where it is one that lists them. */
  readonly items?: readonly number[];
}

/** A view as it is now. */
export function imageOfView(encoder: Encoder, view: StateView): ViewImage {
  const shown: Shown[] = [];
  for (const [id, tree] of Object.entries(rootOf(encoder).changeTrees)) {
    const [isVisible, isSubscribed, tags] = [view.isVisible(tree), view.isSubscribed(tree), tagsOf(view, tree)];
    if (isVisible || isSubscribed || tags.length > 0) shown.push([Number(id), isVisible, isSubscribed, tags]);
  }
  if (!view.iterable) return { shown };
  return { shown, items: view.items.flatMap((item) => (item as Instance)[$refId] ?? []) };
}

/** A view that shows what `image` says of a state that has been filled. */
export function viewFrom(encoder: Encoder, { shown, items }: ViewImage): StateView {
  const root = rootOf(encoder);
  const view = new StateView(items !== undefined);
  viewSeams(view)._bindRoot(root);
  for (const [id, isVisible, isSubscribed, tags] of shown) {
    const tree = root.changeTrees[id];
    if (!tree) continue;
    if (isVisible) view.markVisible(tree);
    if (isSubscribed) viewSeams(view)._setSubscribed(tree);
    for (const tag of tags) view.addTag(tree, tag);
  }
  if (items) view.items = items.flatMap((id) => root.changeTrees[id]?.ref ?? []);
  return view;
}

function tagsOf(view: StateView, tree: ChangeTree): readonly number[] {
  return tree.tagViews ? [...tree.tagViews.keys()].filter((tag) => view.hasTagOnTree(tree, tag)) : [];
}
