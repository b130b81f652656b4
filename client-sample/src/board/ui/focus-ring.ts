/**
 * Shows that the board has the focus to those who came to it by keys. It would be framed otherwise whenever somebody who draws
 * presses one.
 */
export function openFocusRing(canvas: HTMLCanvasElement): void {
  let isByTab = false;
  const leave = (): void => canvas.removeAttribute("data-focus");
  window.addEventListener("keydown", ({ key }) => {
    isByTab = key === "Tab";
  });
  window.addEventListener("pointerdown", () => {
    isByTab = false;
    leave();
  });
  canvas.addEventListener("focus", () => {
    if (isByTab) canvas.dataset["focus"] = "keys";
  });
  canvas.addEventListener("blur", leave);
}
