// Hearing: one preview at a time, through JACK or in the browser, and where its playback position is.
import type { item, preview_begun, stream_voice } from 'loophole'
import { Cell } from './cell'
import { idText, num, seconds } from './format'
import { ask, AskError, listen, read } from './wire'
import { complain, remark, settings } from './state'

export interface Hearing {
  id: string
  /** Frame of the file at the moment `at` of performance.now(), and frames a millisecond. */
  frame: number
  at: number
  rate: number
  frames: number
  voice: number
}

export const hearing = new Cell<Hearing | undefined>(undefined)

const player = new Audio()
const TRACK_MS = 200
let wanted: { of: item; from: number } | undefined
let busy = false
let tracking = 0

/** The frame that sounds now. */
export function positionOf(of: Hearing): number {
  const frame = of.frame + (performance.now() - of.at) * of.rate
  return of.frames > 0 && settings.value.loop ? frame % of.frames : Math.min(frame, of.frames)
}

function begun(of: item, answer: preview_begun) {
  const voice = answer.voice
  hearing.set({
    id: idText(of.media.id), frame: num(voice.position), at: performance.now(), frames: num(voice.frames),
    rate: (num(voice.rate) * (answer.tempo_ratio || 1)) / 1000, voice: num(voice.voice),
  })
  if (remark.value?.bad) remark.set(undefined)
  clearInterval(tracking)
  tracking = window.setInterval(track, TRACK_MS)
}

function follow(voice: stream_voice, of: Hearing) {
  hearing.set({ ...of, frame: num(voice.position), at: performance.now() })
}

// The streamer knows the position. Without an answer the page goes on from the last one.
async function track() {
  const now = hearing.value
  if (!now || now.voice < 0) return
  const answer = await ask('streamer.voices', {}, 1000).catch(() => undefined)
  if (!answer || hearing.value?.id !== now.id) return
  const voice = answer.each?.find(one => one.group === 'preview' && num(one.voice) === now.voice)
  if (voice) follow(voice, hearing.value)
  else ended()
}

function ended() {
  clearInterval(tracking)
  hearing.set(undefined)
}

async function previewThroughJack(of: item, from: number) {
  const { volume, inContext, loop } = settings.value
  const answer = await ask('streamer.preview', { id: of.media.id, gain: volume, in_context: inContext, loop }, 5000)
  begun(of, answer)
  if (from > 0) await ask('streamer.seek', { voice: answer.voice.voice, frame: Math.floor(from) }, 5000)
}

async function previewHere(of: item, from: number) {
  const { volume, loop } = settings.value
  const rate = num(of.media.sample_rate)
  player.src = `/media/${idText(of.media.id)}`
  player.volume = Math.min(1, volume)
  player.loop = loop
  if (from > 0) player.currentTime = from / rate
  await player.play()
  hearing.set({ id: idText(of.media.id), frame: from, at: performance.now(), rate: rate / 1000, frames: num(of.media.frames), voice: -1 })
}

function explain(error: unknown) {
  ended()
  if ((error as Error).name === 'NotAllowedError')
    remark.set({ text: 'This browser plays no sound before you click once in the page.', bad: true })
  else if (error instanceof AskError && error.passes)
    remark.set({ text: `No sound: ${error.message}. The next key tries again.`, bad: true })
  else complain(error)
}

async function work() {
  if (busy) return
  busy = true
  while (wanted) {
    const { of, from } = wanted
    wanted = undefined
    await (settings.value.through === 'jack' ? previewThroughJack(of, from) : previewHere(of, from)).catch(explain)
  }
  busy = false
}

/** Plays the item from a frame, in place of what sounds. Of several wishes the last one counts. */
export function hear(of: item, from = 0) {
  if (of.media.kind !== 'audio') return
  wanted = { of, from }
  work()
}

/** Plays from a part of the item: 0 its begin, 1 its end. */
export const hearFrom = (of: item, part: number) => hear(of, part * seconds(of) * num(of.media.sample_rate))

export function hush() {
  wanted = undefined
  player.pause()
  ended()
  ask('streamer.preview_stop', {}, 3000).catch(() => undefined)
}

/** Silences everything, whatever played it. */
export function panic() {
  hush()
  read('audio.panic', {}, AbortSignal.timeout(10000)).then(() => remark.set({ text: 'Silence.', bad: false }), complain)
}

export function begin() {
  player.onended = ended
  listen('streamer.preview_failed', body => explain(new Error(`No sound: ${body.why}`)))
}
