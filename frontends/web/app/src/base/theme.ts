// The colours of the page: dark, light, or as the system has them. The colour of a class is the same everywhere.
import { Cell } from './cell'
import { settings, type Settings } from './state'

export const THEMES: Settings['theme'][] = ['dark', 'light', 'system']

const system = matchMedia('(prefers-color-scheme: light)')
const shown = (): 'dark' | 'light' =>
  settings.value.theme === 'system' ? (system.matches ? 'light' : 'dark') : settings.value.theme

/** Which colours are shown. A canvas follows it to paint itself again. */
export const theme = new Cell(shown())

function apply() {
  document.documentElement.dataset.theme = settings.value.theme
  theme.set(shown())
}

export function beginTheme() {
  apply()
  settings.follow(apply)
  system.addEventListener('change', apply)
}

/** Degrees of hue in OKLCH. Kindred classes lie side by side; kick, snare and hats lie far apart. */
const HUES: Record<string, number> = {
  kick: 25,
  tom: 5,
  snare: 55,
  rim: 65,
  clap: 75,
  hat_closed: 100,
  hat_open: 112,
  cymbal: 125,
  perc_shaker: 140,
  perc_wood: 45,
  perc_hand: 35,
  perc_bell: 90,
  bass: 260,
  pad: 165,
  string: 155,
  lead: 200,
  brass: 210,
  reed: 190,
  flute: 180,
  organ: 230,
  guitar: 220,
  piano: 240,
  mallet: 250,
  vocal: 330,
}

const TONES = { dark: 0.76, light: 0.54 } // lightness that is legible on the page's backs

const chromaOf = (name: string) => (name in HUES ? 0.13 : 0.02)
const hueOf = (name: string) => HUES[name] ?? 250

/** A colour of CSS, of the same lightness for each class; grey for none. */
export function classColour(name: string): string {
  const of = (tone: number) => `oklch(${tone} ${chromaOf(name)} ${hueOf(name)})`
  return `light-dark(${of(TONES.light)}, ${of(TONES.dark)})`
}

const DEEP = 25,
  BRIGHT = 265 // hues: from red over yellow and green to blue

/** The colour of a brightness from 0 to 1, as it is shown now. */
export const brightColour = (share: number) => `oklch(${TONES[theme.value]} 0.13 ${DEEP + (BRIGHT - DEEP) * share})`

/** The same as numbers from 0 to 1, as it is shown now. */
export const classRgb = (name: string) => oklchRgb(TONES[theme.value], chromaOf(name), (hueOf(name) * Math.PI) / 180)

/** Björn Ottosson, "A perceptual color space for image processing", 2020; then the sRGB curve of IEC 61966-2-1. */
function oklchRgb(lightness: number, chroma: number, hue: number): [number, number, number] {
  const a = chroma * Math.cos(hue),
    b = chroma * Math.sin(hue)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const curve = (x: number) => Math.max(0, Math.min(1, x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055))
  return [
    curve(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    curve(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    curve(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}
