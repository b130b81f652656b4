/** Colours of the game. A ship's colour is an index into 32 hues, a golden angle apart so that neighbours differ. */

const SHIP_COLOURS = 32;
const GOLDEN_ANGLE_DEGREES = 137.508;
const FIRST_HUE_DEGREES = 205;
/** OKLCH lightness: what looks equally bright has the same, so that no hue is lost in the dark. */
const LIGHTNESS = [0.8, 0.73, 0.86] as const;
const CHROMA = 0.17;

/** The shades of one ship colour, ready for a canvas or a style. */
interface ShipInk {
  readonly solid: string;
  /** Nearly white. */
  readonly core: string;
  readonly bright: string;
  readonly dark: string;
  readonly deep: string;
  /** Half, faint and no light of the same hue. */
  readonly half: string;
  readonly faint: string;
  readonly clear: string;
}

const inks = Array.from({ length: SHIP_COLOURS }, (_, index) => mixInk(index));

/** The shades of ship colour `index`, 0 to 31; others wrap around. */
export function shipInk(index: number): ShipInk {
  return inks[index % SHIP_COLOURS] ?? mixInk(index);
}

function mixInk(index: number): ShipInk {
  const hue = ((FIRST_HUE_DEGREES + index * GOLDEN_ANGLE_DEGREES) % 360).toFixed(1);
  const lightness = LIGHTNESS[index % LIGHTNESS.length] ?? LIGHTNESS[0];
  const shade = (bright: number, chroma = CHROMA, alpha = 1): string =>
    `oklch(${bright.toFixed(2)} ${chroma} ${hue} / ${alpha})`;
  return {
    solid: shade(lightness),
    core: shade(0.97, 0.04),
    bright: shade(Math.min(0.94, lightness + 0.1), 0.12),
    dark: shade(lightness * 0.62),
    deep: shade(lightness * 0.34, 0.09),
    half: shade(lightness, CHROMA, 0.55),
    faint: shade(lightness, CHROMA, 0.18),
    clear: shade(lightness, CHROMA, 0),
  };
}

/** Colours of everything that is not a ship. */
export const COLOURS = {
  space: "#04060d",
  floor: "#0c1328",
  floorMiddle: "#16224a",
  floorEdge: "#090e1f",
  gridFine: "rgba(110, 150, 255, 0.075)",
  gridCoarse: "rgba(110, 150, 255, 0.17)",
  border: "#4a78ff",
  wall: "#1a2547",
  wallTop: "#27376a",
  wallEdge: "#6f97ff",
  repair: "#4cf5a1",
  haste: "#ffd84d",
  overcharge: "#ff6b3d",
  shield: "#9fe8ff",
  hpHigh: "#4cf5a1",
  hpLow: "#ff4d6d",
  text: "#e8eeff",
} as const;
