const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

const MAC_SIGNS: Readonly<Record<string, string>> = { Mod: "⌘", Shift: "⇧", Alt: "⌥" };

/** Keys as this machine has them: "Mod+Shift+Z" is Ctrl+Shift+Z, and ⌘⇧Z on a Mac. */
export function keysText(keys: string): string {
  const parts = keyParts(keys);
  return parts.join(IS_MAC ? "" : "+");
}

/** The same, each key for itself. A plus at the end is the key. */
export function keyParts(keys: string): readonly string[] {
  const parts = keys.replace(/\+\+$/, "+plus").split("+");
  return parts.map(
    (part) => (IS_MAC ? MAC_SIGNS[part] : undefined) ?? (part === "Mod" ? "Ctrl" : part.replace("plus", "+")),
  );
}
