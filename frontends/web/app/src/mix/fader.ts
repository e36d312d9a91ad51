// The law of a fader: 0 dB at three quarters of its way, silence at its foot.

const KNOTS: [place: number, db: number][] = [
  [0.05, -60],
  [0.25, -30],
  [0.5, -12],
  [0.75, 0],
  [1, 20 * Math.log10(2)],
]
const FOOT = KNOTS[0]!

const between = (x: number, [x0, y0]: [number, number], [x1, y1]: [number, number]) =>
  y0 + ((x - x0) * (y1 - y0)) / (x1 - x0)

/** The linear gain at a place from 0 to 1. Below the lowest mark it falls to 0 in proportion. */
export function gainAt(place: number): number {
  const to = KNOTS.findIndex(([at]) => place <= at)
  if (to === 0) return (Math.max(0, place) / FOOT[0]) * 10 ** (FOOT[1] / 20)
  return (
    10 **
    (between(Math.min(1, place), KNOTS[to < 0 ? KNOTS.length - 2 : to - 1]!, KNOTS[to < 0 ? KNOTS.length - 1 : to]!) /
      20)
  )
}

/** The place of a linear gain. */
export function placeOfGain(gain: number): number {
  const db = 20 * Math.log10(gain)
  if (!(db > FOOT[1])) return (Math.max(0, gain) / 10 ** (FOOT[1] / 20)) * FOOT[0]
  const to = KNOTS.findIndex(([, mark]) => db <= mark)
  if (to < 0) return 1
  const [from, end] = [KNOTS[to - 1]!, KNOTS[to]!]
  return between(db, [from[1], from[0]], [end[1], end[0]])
}
