// Sound through this browser. The sampler on the browser's audio thread plays short sounds, and parts that repeat:
// without a gap, to the frame. A longer sound is streamed, so that it begins at once and the page stays small.
import type { item } from 'loophole'
import { idText, num, seconds } from '../base/format'
import type { Order, Report } from './sampler'
import samplerAddress from './sampler.ts?worker&url'
import { settings } from '../base/state'

/** Frames of the file; `end` is the first frame after the part. */
export interface Part {
  from: number
  end: number
}

const SHORT_S = 10
const REPEATED_S = 120
const RESUME_MS = 1000
const TRACK_MS = 50

interface Output {
  context: AudioContext
  sampler: AudioWorkletNode
  volume: GainNode
}

const player = new Audio()
let output: Promise<Output> | undefined
let number = 0
let held = ''
let fetching = new AbortController()
/** Frames of the file for one of the context. */
let ratio = 1
let streamed = 0
let streamedRate = 1
let report: (frame: number | undefined) => void = () => undefined
/** Contents that this browser cannot decode: a worker of the engine decodes them. */
const foreign = new Set<string>()

async function openOutput(): Promise<Output> {
  const context = new AudioContext({ latencyHint: 'interactive' })
  await context.audioWorklet.addModule(samplerAddress)
  const sampler = new AudioWorkletNode(context, 'sampler', { numberOfInputs: 0, outputChannelCount: [2] })
  const volume = new GainNode(context)
  sampler.connect(volume).connect(context.destination)
  sampler.port.onmessage = (event: MessageEvent<Report>) => {
    if (event.data.number === number) report(event.data.frame < 0 ? undefined : event.data.frame * ratio)
  }
  return { context, sampler, volume }
}

/** A browser lets a page sound only after a click or a key in it. */
async function resume(context: AudioContext) {
  if (context.state === 'running') return
  await Promise.race([context.resume(), new Promise(resolve => setTimeout(resolve, RESUME_MS))])
  if ((context.state as AudioContextState) !== 'running') throw new DOMException('not allowed yet', 'NotAllowedError')
}

async function decode(context: AudioContext, address: string): Promise<Float32Array[]> {
  const got = await fetch(address, { signal: fetching.signal })
  if (!got.ok) throw new Error(`No sound: ${(await got.text()) || got.status}`)
  const sound = await context.decodeAudioData(await got.arrayBuffer())
  return Array.from({ length: Math.min(2, sound.numberOfChannels) }, (_, i) => sound.getChannelData(i))
}

async function sample(of: item, from: number, part: Part | undefined, address: string) {
  const mine = number
  output ??= openOutput()
  output.catch(() => {
    output = undefined
  })
  const { context, sampler, volume } = await output
  await resume(context)
  if (mine !== number) return
  const sound = `${address} ${idText(of.media.content)}`
  const channels = held === sound ? undefined : await decode(context, address)
  if (mine !== number) return // stopped meanwhile
  held = sound
  ratio = num(of.media.sample_rate) / context.sampleRate
  volume.gain.value = settings.value.volume
  const last = Math.round(num(of.media.frames) / ratio)
  const frame = (at: number) => Math.min(last, Math.round(at / ratio))
  const order: Order = {
    number: mine,
    channels,
    from: frame(from),
    begin: frame(part?.from ?? 0),
    end: part ? frame(part.end) : last,
    repeats: part !== undefined || settings.value.loop,
  }
  sampler.port.postMessage(order)
  report(from)
}

async function stream(of: item, from: number, part: Part | undefined, address: string) {
  const mine = number
  if (player.getAttribute('src') !== address || player.error) player.src = address
  streamedRate = num(of.media.sample_rate)
  player.volume = Math.min(1, settings.value.volume)
  player.loop = settings.value.loop
  player.currentTime = from / streamedRate
  await player.play()
  if (mine !== number) return
  report(from)
  streamed = window.setInterval(() => {
    const frame = player.currentTime * streamedRate
    if (part && frame >= part.end) player.currentTime = part.from / streamedRate
    else report(frame)
  }, TRACK_MS)
}

/** Plays the item from a frame in place of what sounds; the part repeats. Calls back with the frame that sounds, and
 * with undefined at the end. Throws NotAllowedError before the first click. */
export async function playHere(
  of: item,
  from: number,
  part: Part | undefined,
  follow: (frame: number | undefined) => void,
) {
  stopHere()
  const mine = number
  report = follow
  const play = seconds(of) <= (part ? REPEATED_S : SHORT_S) ? sample : stream
  const address = `/media/${idText(of.media.id)}`
  const key = idText(of.media.content)
  for (const file of foreign.has(key) ? [`${address}?as=wav`] : [address, `${address}?as=wav`]) {
    try {
      await play(of, from, part, file)
      if (mine === number && file !== address) foreign.add(key)
      return
    } catch (error) {
      if (mine !== number) return // stopped meanwhile
      if (file !== address || !['NotSupportedError', 'EncodingError'].includes((error as Error).name)) throw error
    }
  }
}

function endStream() {
  clearInterval(streamed)
  streamed = 0
}

export function stopHere() {
  number++
  fetching.abort()
  fetching = new AbortController()
  endStream()
  player.pause()
  output?.then(
    ({ sampler }) => sampler.port.postMessage(undefined),
    () => undefined,
  )
}

player.onended = () => {
  endStream()
  report(undefined)
}
// The connection broke while it played: the next key plays it again.
player.onerror = () => {
  if (streamed) {
    endStream()
    report(undefined)
  }
}
settings.follow(() => {
  player.volume = Math.min(1, settings.value.volume)
  output?.then(
    ({ volume }) => {
      volume.gain.value = settings.value.volume
    },
    () => undefined,
  )
})
