// Waveforms.
import type { artefact_waveform } from 'loophole'
import { Artefacts } from './artefacts'
import { decode } from './msgpack'

export interface Wave { low: Int8Array; high: Int8Array }

const signed = (bytes: Uint8Array) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)

const levelsOf = (data: Uint8Array): Wave[] =>
  ((decode(data) as unknown as artefact_waveform).levels ?? []).map(level => ({ low: signed(level.low), high: signed(level.high) }))

export const waves = new Artefacts('waveform', levelsOf)

/** Draws the waveform over the whole canvas, in its own pixels. */
export function drawWave(canvas: HTMLCanvasElement, waves: Wave[] | undefined, colour: string) {
  const ratio = devicePixelRatio || 1
  const width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio)
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height }
  const to = canvas.getContext('2d')!
  to.clearRect(0, 0, width, height)
  const level = waves && (waves.findLast(one => one.low.length >= width) ?? waves[0])
  if (!level) return
  to.fillStyle = colour
  const bins = level.low.length
  for (let x = 0; x < width; x++) {
    const first = Math.floor((x * bins) / width), last = Math.max(first + 1, Math.floor(((x + 1) * bins) / width))
    let low = 0, high = 0
    for (let i = first; i < last; i++) { low = Math.min(low, level.low[i]!); high = Math.max(high, level.high[i]!) }
    const top = (height / 2) * (1 - high / 127)
    to.fillRect(x, top, 1, Math.max(1, (height / 2) * (1 - low / 127) - top))
  }
}
