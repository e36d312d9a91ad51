// The curve of an envelope: where its corners are, and what moves them.
import type { Given, pad } from 'loophole'

export const WIDTH = 300,
  HEIGHT = 100
const SPAN = 80 // of each of attack, decay and release at its longest that the curve shows
export const LONGEST = 2 // s; the curve is finer for short times
const HOLD = 40

export const CORNERS = ['attack', 'decay', 'release'] as const
export type Corner = (typeof CORNERS)[number]
export type Envelope = Pick<pad, Corner> & { sustain: number }

const wide = (seconds: number) => Math.min(1, Math.sqrt(seconds / LONGEST)) * SPAN
const secondsOf = (width: number) => Math.round(Math.max(0, Math.min(1, width / SPAN)) ** 2 * LONGEST * 1000) / 1000
export const high = (level: number) => 6 + (1 - level) * (HEIGHT - 12)

/** The corners from left to right. */
export function cornersOf({ attack, decay, sustain, release }: Envelope) {
  const a = wide(attack),
    d = a + wide(decay),
    hold = d + HOLD
  return {
    attack: { x: a, y: high(1) },
    decay: { x: d, y: high(sustain) },
    hold: { x: hold, y: high(sustain) },
    release: { x: hold + wide(release), y: high(0) },
  }
}

/** The points of the line, for SVG. */
export const lineOf = (of: Envelope) =>
  [{ x: 0, y: high(0) }, ...Object.values(cornersOf(of))].map(({ x, y }) => `${x},${y}`).join(' ')

/** What a corner that is pulled to this point gives. Without an x its time stays. */
export function pulledTo(corner: Corner, x: number | undefined, y: number, of: Envelope): Given<pad> {
  const { attack, hold } = cornersOf(of)
  const from = { attack: 0, decay: attack.x, release: hold.x }[corner]
  const time = x === undefined ? {} : { [corner]: secondsOf(x - from) }
  return corner !== 'decay'
    ? time
    : { ...time, sustain: Math.round(Math.max(0, Math.min(1, 1 - (y - 6) / (HEIGHT - 12))) * 100) / 100 }
}

export const ARROWS: Partial<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-4, 0],
  ArrowRight: [4, 0],
  ArrowUp: [0, -4],
  ArrowDown: [0, 4],
} // units of the curve

/** What an arrow key on a corner gives; undefined: nothing. Sideways it changes the time, up and down the sustain. */
export function movedBy(key: string, corner: Corner, of: Envelope): Given<pad> | undefined {
  const [right, down] = ARROWS[key] ?? [0, 0],
    { x, y } = cornersOf(of)[corner]
  if (!right && !(down && corner === 'decay')) return undefined
  if (right > 0 && of[corner] >= LONGEST) return undefined // it may be longer than the curve
  return pulledTo(corner, right ? x + right : undefined, y + down, of)
}
