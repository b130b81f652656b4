/** The page's icons: lines on a grid of 24, drawn in the colour of the text around them. */
const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  people:
    "M9 5a3.2 3.2 0 1 1 0 6.4A3.2 3.2 0 1 1 9 5zM3 19.5c.3-3.3 2.6-5.2 6-5.2s5.7 1.9 6 5.2M15.5 5.3a3.2 3.2 0 0 1 0 5.8M17.5 14.7c2 .7 3.3 2.3 3.5 4.8",
  chat: "M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z",
  history: "M3.5 12a8.5 8.5 0 1 0 2.7-6.2M3.5 4v4h4M12 7.5V12l3 2",
  share: "M12 15V3.5M7.5 8 12 3.5 16.5 8M5 12.5V19a1.5 1.5 0 0 0 1.5 1.5h11A1.5 1.5 0 0 0 19 19v-6.5",
  undo: "M8.5 5 4.5 9l4 4M5 9h9a5.5 5.5 0 0 1 0 11h-3.5",
  redo: "M15.5 5l4 4-4 4M19 9h-9a5.5 5.5 0 0 0 0 11h3.5",
  plus: "M12 5.5v13M5.5 12h13",
  minus: "M5.5 12h13",
  help: "M9 9.2a3 3 0 1 1 4.3 2.7c-.8.4-1.3 1-1.3 2v.4M12 17.6v.1",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  copy: "M9 8.5h9.5a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V9.5a1 1 0 0 1 1-1zM5 15.5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1h9.5a1 1 0 0 1 1 1",
  link: "M10 14a4 4 0 0 0 5.7 0l3.2-3.2a4 4 0 1 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.2 3.2a4 4 0 1 0 5.7 5.7L12 17.7",
  lock: "M6.5 11h11a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11",
  home: "M4 11l8-7 8 7M6 9.5V20h12V9.5",
  cloud: "M7 18.5a4.5 4.5 0 0 1-.5-9 6 6 0 0 1 11.5 1.5 3.8 3.8 0 0 1-.5 7.5z",
  saved: "M7 18.5a4.5 4.5 0 0 1-.5-9 6 6 0 0 1 11.5 1.5 3.8 3.8 0 0 1-.5 7.5zM9 13.5l2.2 2.2 4-4",
  wait: "M12 4.5a7.5 7.5 0 1 1-7.5 7.5",
  kept: "M6 4h12a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM10 16.5h4M12 8v5M9.8 11 12 13.2 14.2 11",
  risk: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.1",
  gone: "M4 4l16 16M9 9.7a3 3 0 0 0 5.3 2.8M6.5 6.8A10 10 0 0 0 2.5 12s3.5 6.5 9.5 6.5a9 9 0 0 0 4.5-1.2M10.5 5.6A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-2.5 3.2",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6z",
  delete:
    "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.9 12a1.5 1.5 0 0 0 1.5 1.5h6.2a1.5 1.5 0 0 0 1.5-1.5l.9-12M10 11v5.5M14 11v5.5",
  more: "M5.5 12h.1M12 12h.1M18.5 12h.1",

  select: "M5.5 3.5l13 7.2-5.8 1.6-2.7 5.5z",
  hand: "M8 12V5.8a1.5 1.5 0 0 1 3 0V11V4.5a1.5 1.5 0 0 1 3 0V11V6a1.5 1.5 0 0 1 3 0v8.5a6 6 0 0 1-6 6c-2.5 0-4-1-5.2-3l-2.5-4.3a1.5 1.5 0 0 1 2.5-1.6L8 14",
  pen: "M4 20l1.2-4.8L16 4.4a1.7 1.7 0 0 1 2.4 0l1.2 1.2a1.7 1.7 0 0 1 0 2.4L8.8 18.8zM14 6.5l3.5 3.5",
  eraser:
    "M9 19.5l-5-5a1.5 1.5 0 0 1 0-2.1l8.4-8.4a1.5 1.5 0 0 1 2.1 0l5 5a1.5 1.5 0 0 1 0 2.1l-8.4 8.4zM8.2 8.2l7.1 7.1M9 19.5h11",
  rect: "M5.5 5.5h13a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17V7a1.5 1.5 0 0 1 1.5-1.5z",
  ellipse: "M12 4.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15z",
  line: "M5 19 19 5",
  arrow: "M5 19 19 5M10 5h9v9",
  note: "M5.5 4h13A1.5 1.5 0 0 1 20 5.5V14l-6 6H5.5A1.5 1.5 0 0 1 4 18.5v-13A1.5 1.5 0 0 1 5.5 4zM20 14h-4.5a1.5 1.5 0 0 0-1.5 1.5V20",
  text: "M5 7.5V5h14v2.5M12 5v14M9 19h6",
  image:
    "M5.5 4.5h13A1.5 1.5 0 0 1 20 6v12a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18V6a1.5 1.5 0 0 1 1.5-1.5zM4 16l4.5-4.5L13 16l2.5-2.5 4.5 4.5M15.5 8.5a1 1 0 1 1 0 .1",
  shapes: "M4 4.5h8.5V13H4zM15.5 10.5a5 5 0 1 1-5 5",
  style:
    "M12 3.5a8.5 8.5 0 1 0 0 17c1.2 0 1.8-.8 1.8-1.7 0-1.3-1-1.5-1-2.6 0-.9.7-1.5 1.7-1.5h2a4 4 0 0 0 4-4c0-4-3.8-7.2-8.5-7.2zM7.5 12h.1M9.5 8h.1M14.5 8h.1",

  alignLeft: "M4 6h16M4 12h9M4 18h13",
  alignCenter: "M4 6h16M7.5 12h9M5.5 18h13",
  alignRight: "M4 6h16M11 12h9M7 18h13",
  solid: "M3 12h18",
  dashed: "M3 12h4.5M9.8 12h4.5M16.5 12H21",
  dotted: "M3.5 12h.1M8 12h.1M12.3 12h.1M16.5 12h.1M20.5 12h.1",
} as const;

/** Name of an icon. */
export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

/** Whether there is an icon of that name. */
export function isIcon(name: string | undefined): name is IconName {
  return name !== undefined && Object.hasOwn(PATHS, name);
}

/** A new picture of an icon. It says nothing by itself: whatever it stands on has a name. */
export function icon(name: IconName): SVGSVGElement {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("class", "glyph");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  picture.append(path);
  return picture;
}
