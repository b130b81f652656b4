import { element } from "../../ui/dom.ts";
import { mixBox, Track } from "../drafts/interpolation.ts";
import { centreOf } from "../model/geometry.ts";
import type { BoardSession } from "../session/board-session.ts";
import type { Box, Camera, Person, Stop } from "../words.ts";
import { readView } from "./read-peer.ts";

/** Sees what another person sees, until one looks elsewhere oneself or they are gone. */
export class Follower {
  readonly #session: BoardSession;
  readonly #camera: Camera;
  readonly #border = element("follow-frame", HTMLElement);
  readonly #name = element("follow-name", HTMLElement);
  readonly #listeners = new Set<() => void>();
  #followed: string | undefined;
  #track = new Track(mixBox);
  #frame = 0;

  /** @param stage under which the board lies */
  constructor(session: BoardSession, camera: Camera, stage: HTMLElement) {
    this.#session = session;
    this.#camera = camera;
    session.onChange(() => this.#check());
    session.connection.ephemeral.onChange((sessionId, key) => {
      if (key === "view" && sessionId === this.#followed) this.#look();
    });
    const stop = (): void => this.stop();
    stage.addEventListener("wheel", stop, { passive: true, capture: true });
    stage.addEventListener("pointerdown", stop, { capture: true });
    window.addEventListener("resize", () => this.#look());
    window.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.stop();
    });
  }

  /** The session of who is followed. */
  get followed(): string | undefined {
    return this.#followed;
  }

  /** Tells when it begins and ends. */
  onChange(listener: () => void): Stop {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Follows a person, or no longer. */
  toggle({ sessionId, name, color }: Person): void {
    if (this.#followed === sessionId) {
      this.stop();
      return;
    }
    this.#followed = sessionId;
    this.#track = new Track(mixBox);
    this.#track.add(this.#camera.view, performance.now()); // it leaves from where one is
    this.#border.hidden = false;
    this.#border.style.setProperty("--person", color);
    this.#name.textContent = `Following ${name}`;
    this.#look();
    this.#tell();
  }

  /** Looks where one likes. */
  stop(): void {
    if (this.#followed === undefined) return;
    this.#followed = undefined;
    this.#border.hidden = true;
    this.#tell();
  }

  #check(): void {
    const { people, connection } = this.#session;
    if (connection.status !== "online") return; // their session may come back with the connection
    if (!people.some(({ sessionId }) => sessionId === this.#followed)) this.stop();
  }

  #look(): void {
    if (this.#followed === undefined) return;
    const view = readView(this.#session.connection.ephemeral.get(this.#followed, "view"));
    if (view) this.#track.add(view, performance.now());
    this.#move();
  }

  /** Goes there in the same steady way in which they went. */
  #move(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#followed === undefined) return;
      const nowMs = performance.now();
      const view = this.#track.at(nowMs);
      if (view) showWhole(this.#camera, view);
      if (!this.#track.isAtRest(nowMs)) this.#move();
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Shows all of a box in the middle, as large as it can be. */
function showWhole(camera: Camera, box: Box): void {
  const { view, zoom } = camera;
  const middle = camera.toScreen(centreOf(view));
  camera.zoomAt(middle, Math.min(view.w / box.w, view.h / box.h));
  const { x, y } = camera.toScreen(centreOf(box));
  if (zoom !== camera.zoom || Math.hypot(middle.x - x, middle.y - y) > 0.5) camera.panBy(middle.x - x, middle.y - y);
}
