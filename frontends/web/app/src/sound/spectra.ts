// Spectrograms: the power in mel bands over time.
import type { artefact_spectrogram, item } from 'loophole'
import { Artefacts } from '../connection/artefacts'
import { num } from '../base/format'
import { decode } from '../connection/msgpack'
import { ask } from '../connection/wire'

export interface Spectrogram {
  bands: number
  columns: number
  levels: Uint8Array
}

const MAKING_MS = 1500

function readSpectrogram(data: Uint8Array): Spectrogram {
  const of = decode(data) as unknown as artefact_spectrogram
  const bands = num(of.bands)
  return { bands, columns: Math.floor(of.levels.length / bands), levels: of.levels }
}

/** A sound that was analysed before there were spectrograms gets one when it is looked at. */
async function makeNow(of: item) {
  try {
    await ask('indexer.remake', { id: of.media.id, thorough: false })
  } catch {
    return false
  }
  await new Promise(resolve => setTimeout(resolve, MAKING_MS))
  return true
}

export const spectra = new Artefacts('spectrogram', readSpectrogram, makeNow)

/** Dark to bright: blue, violet, orange, pale yellow; each step is brighter than the one before. */
const STOPS: [number, number, number][] = [
  [8, 8, 24],
  [42, 24, 104],
  [126, 36, 128],
  [212, 72, 88],
  [250, 148, 48],
  [252, 240, 168],
]
const COLOURS = Array.from({ length: 256 }, (_, level) => {
  const at = (level / 255) * (STOPS.length - 1),
    below = Math.min(STOPS.length - 2, Math.floor(at)),
    part = at - below
  return STOPS[below]!.map((one, i) => Math.round(one + (STOPS[below + 1]![i]! - one) * part))
})

const DEEPEST = 0.1,
  BRIGHTEST = 0.7 // of the bands, where the power of sounds lies
const SHARPNESS = 4 // the loudest bands count, although each level is a logarithm

/** For each of `count` equal parts of the time where its power lies: 0 deep, 1 bright. */
export function brightnessOf(of: Spectrogram, count: number): number[] {
  return Array.from({ length: count }, (_, part) => {
    let sum = 0,
      all = 0
    for (
      let column = Math.floor((part * of.columns) / count);
      column < Math.max(1, ((part + 1) * of.columns) / count);
      column++
    )
      for (let band = 0; band < of.bands; band++) {
        const power = (of.levels[column * of.bands + band]! / 255) ** SHARPNESS
        sum += power * band
        all += power
      }
    return all ? Math.max(0, Math.min(1, (sum / all / (of.bands - 1) - DEEPEST) / (BRIGHTEST - DEEPEST))) : 0
  })
}

/** Draws it over the whole canvas, the lowest band at the foot. */
export function drawSpectrogram(canvas: HTMLCanvasElement, of: Spectrogram | undefined) {
  if (!of?.columns) {
    canvas.getContext('2d')!.clearRect(0, 0, canvas.width, canvas.height)
    return
  }
  if (canvas.width !== of.columns || canvas.height !== of.bands) {
    canvas.width = of.columns
    canvas.height = of.bands
  }
  const to = canvas.getContext('2d')!
  const image = to.createImageData(of.columns, of.bands)
  for (let x = 0; x < of.columns; x++)
    for (let band = 0; band < of.bands; band++) {
      const [red, green, blue] = COLOURS[of.levels[x * of.bands + band]!]!
      image.data.set([red!, green!, blue!, 255], 4 * ((of.bands - 1 - band) * of.columns + x))
    }
  to.putImageData(image, 0, 0)
}
