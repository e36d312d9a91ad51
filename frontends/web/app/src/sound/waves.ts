// Waveforms.
import type { artefact_waveform } from 'loophole'
import { Artefacts } from '../connection/artefacts'
import { decode } from '../connection/msgpack'

/** Of each bin the lowest and the highest sample (127 is full scale), and the RMS (255 is full scale), if it is
 * known. */
export interface Wave {
  low: Int8Array
  high: Int8Array
  rms?: Uint8Array
}

const signed = (bytes: Uint8Array) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)

const levelsOf = (data: Uint8Array): Wave[] =>
  ((decode(data) as unknown as artefact_waveform).levels ?? []).map(level => ({
    low: signed(level.low),
    high: signed(level.high),
    rms: level.rms,
  }))

export const waves = new Artefacts('waveform', levelsOf)

/** Fits the canvas to its box, in the pixels of the screen, and empties it. */
function clearCanvas(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const ratio = devicePixelRatio || 1
  const width = Math.round(canvas.clientWidth * ratio),
    height = Math.round(canvas.clientHeight * ratio)
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width
    canvas.height = height
  }
  const to = canvas.getContext('2d')!
  to.clearRect(0, 0, width, height)
  return to
}

/** One filled shape between two levels of each column, so that its edges are smooth. `of` gives both, from -1 to 1. */
function fillBetween(to: CanvasRenderingContext2D, columns: number, of: (column: number) => [number, number]) {
  const { width, height } = to.canvas,
    y = (level: number) => (height / 2) * (1 - level),
    least = 1 / height
  const both = Array.from({ length: columns }, (_, i) => of(i))
  to.beginPath()
  both.forEach(([, high], i) => to.lineTo(((i + 0.5) * width) / columns, y(Math.max(high, least))))
  both.reverse().forEach(([low], i) => to.lineTo(((columns - i - 0.5) * width) / columns, y(Math.min(low, -least))))
  to.fill()
}

/** These colours from left to right. */
function blend(to: CanvasRenderingContext2D, colours: string[]): CanvasGradient {
  const gradient = to.createLinearGradient(0, 0, to.canvas.width, 0)
  colours.forEach((colour, i) => gradient.addColorStop((i + 0.5) / colours.length, colour))
  return gradient
}

/** Draws the waveform over the whole canvas, in these colours or that of its text: the peaks, with the RMS brighter
 * inside them. */
export function drawWave(canvas: HTMLCanvasElement, waves: Wave[] | undefined, colours: string[] = []) {
  const to = clearCanvas(canvas)
  const level = waves && (waves.findLast(one => one.low.length >= canvas.width) ?? waves[0])
  if (!level || !canvas.width) return
  const bins = level.low.length,
    columns = Math.min(bins, canvas.width)
  const each = (column: number) => {
    const first = Math.floor((column * bins) / columns)
    return { first, last: Math.max(first + 1, Math.floor(((column + 1) * bins) / columns)) }
  }
  to.fillStyle = colours.length ? blend(to, colours) : getComputedStyle(canvas).color
  to.globalAlpha = level.rms ? 0.55 : 1
  fillBetween(to, columns, column => {
    const { first, last } = each(column)
    let low = 0,
      high = 0
    for (let i = first; i < last; i++) {
      low = Math.min(low, level.low[i]!)
      high = Math.max(high, level.high[i]!)
    }
    return [low / 127, high / 127]
  })
  to.globalAlpha = 1
  const { rms } = level
  if (rms)
    fillBetween(to, columns, column => {
      const { first, last } = each(column)
      let sum = 0
      for (let i = first; i < last; i++) sum += rms[i]! ** 2
      const of = Math.sqrt(sum / (last - first)) / 255
      return [-of, of]
    })
}
