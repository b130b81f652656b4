/** Things that open beside a button or at a place and close when one looks elsewhere: the browser's own popovers, put in place. */

const GAP = 8;

/** Where a popover opens: beside an element, or at a place of the window. */
export type Anchor = HTMLElement | { readonly x: number; readonly y: number };

/** A new popover, closed. It lies in the top layer, and Escape or a click elsewhere closes it. */
export function makePopover(className: string): HTMLElement {
  const popover = document.createElement("div");
  popover.className = `panel popover ${className}`;
  popover.popover = "auto";
  document.body.append(popover);
  return popover;
}

/** Opens a popover so that all of it can be seen; the button beside which it opens says that it is open. */
export function openPopover(popover: HTMLElement, anchor: Anchor): void {
  popover.showPopover();
  const { width, height } = popover.getBoundingClientRect();
  const { left, top } =
    anchor instanceof HTMLElement ? beside(anchor, width, height) : { left: anchor.x, top: anchor.y };
  popover.style.left = `${clamp(left, innerWidth - width)}px`;
  popover.style.top = `${clamp(top, innerHeight - height)}px`;
  if (!(anchor instanceof HTMLElement)) return;
  anchor.setAttribute("aria-expanded", "true");
  const onToggle = (event: Event): void => {
    if ((event as ToggleEvent).newState !== "closed") return; // a popover's toggle is one
    anchor.setAttribute("aria-expanded", "false");
    popover.removeEventListener("toggle", onToggle);
  };
  popover.addEventListener("toggle", onToggle);
}

/** Opens a popover with a click on a button, and closes it with the next. */
export function togglePopoverWith(button: HTMLElement, popover: HTMLElement, open: () => void): void {
  button.setAttribute("aria-expanded", "false");
  let wasOpen = false;
  button.addEventListener("pointerdown", () => {
    wasOpen = popover.matches(":popover-open"); // the press itself closes it
  });
  button.addEventListener("click", ({ detail }) => {
    const isByKey = detail === 0;
    if (isByKey ? popover.matches(":popover-open") : wasOpen) popover.hidePopover();
    else open();
    wasOpen = false;
  });
}

function beside(anchor: HTMLElement, width: number, height: number): { left: number; top: number } {
  const box = anchor.getBoundingClientRect();
  const left = box.left + width > innerWidth - GAP ? box.right - width : box.left;
  const isBelow = box.bottom + GAP + height <= innerHeight - GAP;
  return { left, top: isBelow ? box.bottom + GAP : box.top - GAP - height };
}

function clamp(value: number, most: number): number {
  return Math.round(Math.max(GAP, Math.min(value, most - GAP)));
}
