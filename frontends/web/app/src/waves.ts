// Waveforms: asked once for each item, kept while there is room, drawn on a canvas.
import type { artefact_waveform, item } from 'loophole'
import { idText } from './format'
import { decode } from './msgpack'
import { read } from './wire'

const KEPT = 2000
const QUEUED = 400 // beyond, those that were scrolled past are dropped
const AT_ONCE = 2
const TOGETHER = 24

export interface Wave { low: Int8Array; high: Int8Array }
const kept = new Map<string, Wave[] | undefined>()
const followers = new Set<() => void>()
const queue: item[] = []
let going = 0
let soon = 0

/** An item whose content changes has another waveform. */
const keyOf = (of: item) => idText(of.media.id) + idText(of.media.content)
const signed = (bytes: Uint8Array) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)

function keep(of: item, waves: Wave[] | undefined) {
  kept.set(keyOf(of), waves)
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!)
  followers.forEach(call => call())
}

const levelsOf = (data: Uint8Array) =>
  ((decode(data) as unknown as artefact_waveform).levels ?? []).map(level => ({ low: signed(level.low), high: signed(level.high) }))

/** The waveform of one item; asked again while it is being made. */
async function fetchWave(of: item) {
  const answer = await read('search.get_artefact', { id: of.media.id, type: 'waveform' }, AbortSignal.timeout(30000)).catch(() => undefined)
  keep(of, answer && levelsOf(answer.artefact.data))
}

/** The waveforms of some items. Those that did not fit into the answer are asked again. */
async function fetchWaves(of: item[]) {
  try {
    const answer = await read('search.get_artefacts', { ids: of.map(one => one.media.id), type: 'waveform' }, AbortSignal.timeout(30000))
    const each = answer.each ?? []
    queue.push(...of.slice(each.length))
    each.forEach((one, at) => { if (one.artefact) keep(of[at]!, levelsOf(one.artefact.data)) })
    for (let at = 0; at < each.length; at++) if (!each[at]!.artefact) await fetchWave(of[at]!)
  } catch { for (const one of of) kept.delete(keyOf(one)) }
}

function work() {
  while (going < AT_ONCE && queue.length) {
    going++
    fetchWaves(queue.splice(-TOGETHER)).finally(() => { going--; work() })
  }
}

/** The waveform's levels; undefined while they are not here, and for an item without a waveform. */
export function waveOf(of: item): Wave[] | undefined {
  const key = keyOf(of)
  if (!kept.has(key) && of.media.analysis === 'done') {
    kept.set(key, undefined)
    queue.push(of)
    if (queue.length > QUEUED) kept.delete(keyOf(queue.shift()!))
    soon ||= window.setTimeout(() => { soon = 0; work() })
  }
  return kept.get(key)
}

/** Calls back when a waveform arrives. */
export function followWaves(call: () => void): () => void {
  followers.add(call)
  return () => { followers.delete(call) }
}

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
