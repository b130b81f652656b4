import { element, make } from "../../ui/dom.ts";
import { mixPoint, Track } from "../drafts/interpolation.ts";
import type { BoardSession } from "../session/board-session.ts";
import type { Box, Camera, Person, Point, Scene } from "../words.ts";
import { pointAt } from "./edge.ts";
import { readCursor, readSelection } from "./read-peer.ts";

/** Beyond so many, cursors are a swarm, and each costs a layer. */
const MAX_CURSORS = 40;
const MARGINS = { top: 70, right: 24, bottom: 80, left: 24 };
const ARROW = "M4 2.5 19 10l-6.5 2-3 6.5z";
const AWAY = "M5 3.5 19 11 5 18.5z";
const SVG = "http://www.w3.org/2000/svg";

interface Peer {
  readonly person: Person;
  readonly cursor: HTMLElement;
  readonly path: SVGPathElement;
  readonly frame: HTMLElement;
  readonly track: Track<Point>;
  isPointing: boolean;
  selected: readonly string[];
  box: Box | undefined;
}

/** Where the others point and what they have selected, over the board. */
export class Cursors {
  readonly #session: BoardSession;
  readonly #camera: Camera;
  readonly #scene: Scene;
  readonly #root = element("cursors", HTMLElement);
  readonly #peers = new Map<string, Peer>();
  #frame = 0;

  constructor(session: BoardSession, camera: Camera, scene: Scene) {
    this.#session = session;
    this.#camera = camera;
    this.#scene = scene;
    session.onChange(() => this.#readPeople());
    session.connection.ephemeral.onChange((sessionId, key, value) => this.#receive(sessionId, key, value));
    camera.onChange(() => this.#draw());
    scene.onChange(() => this.#measure());
    this.#readPeople();
  }

  #readPeople(): void {
    const others = this.#session.people.filter(({ isMe }) => !isMe).slice(0, MAX_CURSORS);
    const present = new Set(others.map(({ sessionId }) => sessionId));
    for (const [sessionId, { person }] of this.#peers) {
      const now = others.find((other) => other.sessionId === sessionId);
      if (!present.has(sessionId) || now?.name !== person.name) this.#remove(sessionId);
    }
    const { ephemeral } = this.#session.connection;
    for (const person of others) {
      const { sessionId } = person;
      if (this.#peers.has(sessionId)) continue;
      this.#peers.set(sessionId, this.#make(person));
      for (const key of ["cursor", "selection"]) this.#receive(sessionId, key, ephemeral.get(sessionId, key));
    }
    this.#draw();
  }

  #make(person: Person): Peer {
    const picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("viewBox", "0 0 22 22");
    const path = document.createElementNS(SVG, "path");
    picture.append(path);
    const cursor = make("div", "cursor");
    const frame = make("div", "others-selection");
    for (const part of [cursor, frame]) {
      part.hidden = true;
      part.style.setProperty("--person", person.color);
    }
    cursor.append(picture, make("span", "cursor-name", person.name));
    this.#root.append(frame, cursor);
    return { person, cursor, path, frame, track: new Track(mixPoint), isPointing: false, selected: [], box: undefined };
  }

  #remove(sessionId: string): void {
    const peer = this.#peers.get(sessionId);
    peer?.cursor.remove();
    peer?.frame.remove();
    this.#peers.delete(sessionId);
  }

  #receive(sessionId: string, key: string, value: unknown): void {
    const peer = this.#peers.get(sessionId);
    if (!peer) return;
    if (key === "cursor") {
      const place = readCursor(value);
      peer.isPointing = place !== undefined;
      if (place) peer.track.add({ x: place.x, y: place.y }, performance.now());
    } else if (key === "selection") {
      peer.selected = readSelection(value);
      peer.box = boxOf(peer.selected, this.#scene);
    } else return;
    this.#draw();
  }

  #measure(): void {
    for (const peer of this.#peers.values()) {
      if (peer.selected.length > 0) peer.box = boxOf(peer.selected, this.#scene);
    }
    this.#draw();
  }

  /** Draws once, and on for as long as something moves. */
  #draw(): void {
    if (this.#frame !== 0 || this.#peers.size === 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const nowMs = performance.now();
      const screen = { width: this.#root.clientWidth, height: this.#root.clientHeight };
      for (const peer of this.#peers.values()) this.#place(peer, nowMs, screen);
      if ([...this.#peers.values()].some(({ track }) => !track.isAtRest(nowMs))) this.#draw();
    });
  }

  #place(peer: Peer, nowMs: number, screen: { width: number; height: number }): void {
    this.#placeFrame(peer);
    const at = peer.isPointing ? peer.track.at(nowMs) : undefined;
    peer.cursor.hidden = at === undefined;
    if (!at) return;
    const { x, y, isAway, angle } = pointAt(this.#camera.toScreen(at), screen, MARGINS);
    const shape = isAway ? AWAY : ARROW;
    if (peer.path.getAttribute("d") !== shape) peer.path.setAttribute("d", shape);
    peer.cursor.classList.toggle("away", isAway);
    peer.cursor.classList.toggle("flip", isAway && x > screen.width / 2);
    if (isAway) peer.cursor.style.setProperty("--turn", `${angle}rad`);
    const [left, top] = isAway ? [x, y] : [x - 4, y - 2.5];
    peer.cursor.style.transform = `translate(${left}px, ${top}px)`;
  }

  #placeFrame({ frame, box }: Peer): void {
    frame.hidden = box === undefined;
    if (!box) return;
    const { x, y } = this.#camera.toScreen(box);
    frame.style.transform = `translate(${x - 3}px, ${y - 3}px)`;
    frame.style.width = `${box.w * this.#camera.zoom + 6}px`;
    frame.style.height = `${box.h * this.#camera.zoom + 6}px`;
  }
}

/** What shapes cover together; undefined where none of them is there. */
function boxOf(ids: readonly string[], scene: Scene): Box | undefined {
  const boxes = ids.flatMap((id) => scene.get(id)?.bounds ?? []);
  if (boxes.length === 0) return undefined;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.w));
  const bottom = Math.max(...boxes.map((box) => box.y + box.h));
  return { x, y, w: right - x, h: bottom - y };
}
