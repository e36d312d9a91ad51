// Plays one preview at a time, through JACK or in the browser, and follows its playback position.
import type { item, preview_begun, stream_voice } from 'loophole'
import { playHere, stopHere } from './browserplayer'
import { Cell } from '../base/cell'
import { idText, num, seconds } from '../base/format'
import { ask, AskError, read } from '../connection/wire'
import { complain, remark, say, set, settings } from '../base/state'

export interface Hearing {
  id: string
  /** The frame of the file at the time `at` (performance.now()). `rate`: frames a millisecond. */
  frame: number
  at: number
  rate: number
  frames: number
  voice: number
  /** What the engine multiplies the volume by: the loudness match, and its own volume of previews. */
  match: number
}

export const hearing = new Cell<Hearing | undefined>(undefined)

/** The part of an item that repeats while it plays: frames of the file. */
export interface Region {
  id: string
  from: number
  end: number
}
export const region = new Cell<Region | undefined>(undefined)
const REGION_LEAST = 256

const regionOf = (id: string) => (region.value?.id === id ? region.value : undefined)

const TRACK_MS = 200
let wanted: { of: item; from: number } | undefined
let busy = false
/** The item that sounds, or will when the ask that is under way is answered. */
let heard: string | undefined
let tracking = 0
/** Counts the previews that began: an answer about an earlier one says nothing of the present one. */
let begins = 0
let giveWay = () => {}

/** Returns the frame of the file that sounds now. */
export function positionOf(of: Hearing): number {
  const frame = of.frame + (performance.now() - of.at) * of.rate
  const part = regionOf(of.id)
  if (part && of.frame < part.end)
    return frame < part.end ? frame : part.from + ((frame - part.end) % (part.end - part.from))
  return of.frames > 0 && settings.value.loop ? frame % of.frames : Math.min(frame, of.frames)
}

function begun(of: item, answer: preview_begun, volume: number) {
  const voice = answer.voice
  begins++
  hearing.set({
    id: idText(of.media.id),
    frame: num(voice.position),
    at: performance.now(),
    frames: num(voice.frames),
    rate: (num(voice.rate) * (answer.tempo_ratio || 1)) / 1000,
    voice: num(voice.voice),
    match: answer.gain / volume,
  })
  if (remark.value?.bad) remark.set(undefined)
  clearInterval(tracking)
  tracking = window.setInterval(track, TRACK_MS)
}

function follow(voice: stream_voice, of: Hearing) {
  hearing.set({ ...of, frame: num(voice.position), at: performance.now() })
}

// Asks the streamer for the position. Without an answer, the page extrapolates the last one. While another preview is
// asked for, its voice may play already, and the page does not know it yet.
async function track() {
  const now = hearing.value
  if (!now || now.voice < 0) return
  const mine = begins
  const answer = await ask('streamer.voices', {}, 1000).catch(() => undefined)
  if (!answer || busy || mine !== begins || hearing.value?.id !== now.id) return
  const voice = answer.each?.find(one => one.group === 'preview' && num(one.voice) === now.voice)
  if (voice) follow(voice, hearing.value)
  else ended()
}

function ended() {
  heard = undefined
  clearInterval(tracking)
  hearing.set(undefined)
}

const INAUDIBLE = 1e-6 // of a preview that begins at volume 0: unlike 0, it shows the loudness match

async function previewThroughJack(of: item, from: number) {
  const { inContext, loop } = settings.value
  const volume = settings.value.volume || INAUDIBLE
  const part = regionOf(idText(of.media.id))
  const repeated = part && {
    loop: true,
    loop_from: Math.floor(part.from),
    loop_frames: Math.floor(part.end - part.from),
  }
  const answer = await ask(
    'streamer.preview',
    { id: of.media.id, gain: volume, in_context: inContext, loop, from: Math.floor(from), ...repeated },
    5000,
  )
  if (isHeard(idText(of.media.id))) begun(of, answer, volume)
}

async function previewHere(of: item, from: number) {
  const now = { id: idText(of.media.id), frames: num(of.media.frames), voice: -1, match: 1 }
  clearInterval(tracking)
  await playHere(of, from, regionOf(now.id), frame => {
    if (frame === undefined) ended()
    else hearing.set({ ...now, frame, at: performance.now(), rate: num(of.media.sample_rate) / 1000 })
  })
  if (remark.value?.bad) remark.set(undefined)
}

function explain(error: unknown) {
  ended()
  if ((error as Error).name === 'NotAllowedError')
    remark.set({ text: 'This browser plays no sound before you click once in the page.', bad: true })
  else if (error instanceof AskError && error.code !== 'aborted')
    remark.set({
      text: `No sound: ${error.message}${error.passes ? '. The next key tries again.' : ''}`,
      bad: true,
      hint: error.hint,
    })
  else complain(error)
}

async function work() {
  if (busy) return
  busy = true
  while (wanted) {
    const { of, from } = wanted
    wanted = undefined
    heard = idText(of.media.id)
    if (settings.value.through === 'jack') await previewThroughJack(of, from).catch(explain)
    else
      await Promise.race([
        previewHere(of, from).catch(explain),
        new Promise<void>(resolve => {
          giveWay = resolve
        }),
      ])
  }
  busy = false
}

/** Plays the item from a frame, and stops the item that sounds. If asks come faster than answers, only the last counts.
 * A browser may never say that a sound began, so the next one does not wait for it. */
export function hear(of: item, from = 0) {
  if (of.media.kind !== 'audio') return
  if (region.value && region.value.id !== idText(of.media.id)) region.set(undefined)
  wanted = { of, from }
  giveWay()
  work()
}

/** True for the item that sounds, and for one whose sound was asked for. */
export const isHeard = (id: string) => (wanted ? idText(wanted.of.media.id) : heard) === id

const framesOf = (of: item) => seconds(of) * num(of.media.sample_rate)

/** Plays the item from a part of its length (0 its begin, 1 its end), and removes the region. */
export function hearFrom(of: item, part: number) {
  region.set(undefined)
  hear(of, Math.max(0, part) * framesOf(of))
}

/** Repeats the region between two parts of the item's length. */
export function hearBetween(of: item, one: number, other: number) {
  const [from, end] = [one, other]
    .sort((a, b) => a - b)
    .map(part => Math.round(Math.max(0, Math.min(1, part)) * framesOf(of))) as [number, number]
  if (end - from < REGION_LEAST) return hearFrom(of, one)
  region.set({ id: idText(of.media.id), from, end })
  hear(of, from)
}

/** Sets the begin or the end of the region to the playback position. */
export function markRegion(of: item, edge: 'from' | 'end') {
  const now = hearing.value
  const id = idText(of.media.id)
  if (now?.id !== id) return say('Play the item first: the key marks its playback position.')
  const at = positionOf(now) / framesOf(of)
  const part = regionOf(id)
  const other = part ? part[edge === 'from' ? 'end' : 'from'] / framesOf(of) : edge === 'from' ? 1 : 0
  if (edge === 'from') hearBetween(of, at, Math.max(at, other))
  else hearBetween(of, Math.min(at, other), at)
}

export function hush() {
  wanted = undefined
  region.set(undefined)
  stopHere()
  ended()
  ask('streamer.preview_stop', {}, 3000).catch(() => undefined)
}

let louder = false // an ask for another volume is under way

/** Sets the volume of the preview that plays, and of later ones. During a quick drag an ask begins when the one before
 * is answered. */
export async function setVolume(volume: number) {
  set({ volume })
  if (louder) return
  louder = true
  for (let asked: number | undefined; asked !== settings.value.volume; ) {
    const now = hearing.value
    if (!now || now.voice < 0) break
    asked = settings.value.volume
    await ask('streamer.gain', { voice: now.voice, gain: asked * now.match, pan: 0 }, 2000).catch(() => undefined)
  }
  louder = false
}

/** Stops all sound of the engine, and the preview in the browser. */
export function panic() {
  hush()
  read('audio.panic', {}, AbortSignal.timeout(10000)).then(() => remark.set({ text: 'Silence.', bad: false }), complain)
}
