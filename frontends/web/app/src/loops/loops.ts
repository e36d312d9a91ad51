// The loops of the keys F1 to F12 of the open project: what each holds, and what a press of its key does.
import type { loop, loop_grid, loop_state, stream_voice } from 'loophole'
import { Cell } from '../base/cell'
import { num } from '../base/format'
import { complain, say } from '../base/state'
import { ask, AskError, isFar } from '../connection/wire'

export const LOOP_KEYS = 12
const FIRST_KEY = 1073741882 // F1
const BUDGET_MS = 20000

export const keyName = (number: number) => `F${number + 1}`
const keyOf = (number: number) => FIRST_KEY + number

/** What the keys hold; a key without a loop has none. Undefined: not known yet. */
export const loops = new Cell<Map<number, loop> | undefined>(undefined)

/** The place of a voice: `seconds` of its file at the time `at` (performance.now()). */
export interface Head {
  seconds: number
  at: number
}
/** The voices that play loops, by their keys. */
export const heads = new Cell(new Map<number, Head>())

/** The voices that a capture can take. */
export const sources = new Cell<stream_voice[]>([])

/** When captures and plays begin and end, and the voice to capture; undefined: the voice that began last. */
export const timing = new Cell<loop_grid>('now')
/** Plays follow the tempo of the transport. */
export const stretch = new Cell(false)
export const source = new Cell<number | undefined>(undefined)

let changed = 0 // when the answer to the last change came

function takeAll(each: loop[]) {
  loops.set(new Map(each.map(one => [num(one.fkey) - FIRST_KEY, one])))
}

function takeOne(of: loop): loop_state {
  changed = performance.now()
  const next = new Map(loops.value)
  if (of.state === 'empty') next.delete(num(of.fkey) - FIRST_KEY)
  else next.set(num(of.fkey) - FIRST_KEY, of)
  loops.set(next)
  return of.state
}

function takeVoices(each: stream_voice[]) {
  const at = performance.now()
  const playing = each.filter(one => one.loop_key !== undefined && one.at === undefined && one.state === 'playing')
  heads.set(
    new Map(playing.map(one => [num(one.loop_key) - 1, { seconds: num(one.position) / (num(one.rate) || 1), at }])),
  )
  sources.set(each.filter(one => one.group === 'streams' && one.loop_key === undefined))
}

/** Asks for the loops and the voices. An answer that a change has overtaken counts for nothing. */
export async function lookAtLoops() {
  const asked = performance.now()
  const [held, voices] = await Promise.all([
    ask('project.loop_list', { project: '' }, 3000),
    ask('streamer.voices', {}, 3000),
  ])
  if (asked > changed) takeAll(held.each ?? [])
  takeVoices(voices.each ?? [])
  return true
}

const last = new Map<number, Promise<unknown>>()

/** The changes of a key follow each other: each sees what the one before left. */
function inTurn(number: number, change: () => Promise<unknown>) {
  const done = (last.get(number) ?? Promise.resolve()).then(change).catch(complain)
  last.set(number, done)
  return done
}

const WORDS: Record<loop_state, string> = {
  empty: 'no loop',
  waiting: 'waits for its time',
  capturing: 'captures',
  playing: 'plays',
  stopped: 'is silent',
  unknown: 'has no known state: the player does not answer',
}

const tell = (number: number, of: loop) => {
  takeOne(of)
  say(`${keyName(number)}: ${of.late ? 'waits for its file' : WORDS[of.state]}.`)
}

/** Begins a capture, ends it, or takes one back that waits. */
const takePart = (number: number) =>
  ask(
    'project.loop_capture',
    { project: '', fkey: keyOf(number), voice: source.value, grid: timing.value },
    BUDGET_MS,
  ).then(of => tell(number, of))

function takePlayed(number: number, each: loop[]) {
  const of = each.find(one => num(one.fkey) === keyOf(number))
  if (of) tell(number, of)
}

const play = (number: number) =>
  ask(
    'project.loop_play',
    { project: '', fkeys: [keyOf(number)], grid: timing.value, stretch: stretch.value },
    BUDGET_MS,
  ).then(got => takePlayed(number, got.each ?? []))
const stop = (number: number) =>
  ask('project.loop_stop', { project: '', fkeys: [keyOf(number)] }, BUDGET_MS).then(got =>
    takePlayed(number, got.each ?? []),
  )

/** A capture or a sound waits: it is taken back. */
async function takeBack(number: number) {
  const { each } = await ask('streamer.voices', {}, 3000)
  await (each?.some(one => num(one.loop_key) === number + 1) ? stop(number) : takePart(number))
}

const PRESS: Record<loop_state, (number: number) => Promise<unknown>> = {
  empty: takePart,
  capturing: takePart,
  waiting: takeBack,
  stopped: play,
  playing: stop,
  unknown: play,
}
const stateOf = (number: number) => loops.value?.get(number)?.state ?? 'empty'

/** The command line that does what a press does. */
export function lineOfLoop(number: number): string {
  const state = stateOf(number)
  return `loophole loop ${state === 'stopped' ? 'play' : state === 'playing' ? 'stop' : 'capture'} ${keyName(number)}`
}

/** Captures on a key without a loop; plays a loop, or stops it. */
export const pressLoop = (number: number) => inTurn(number, () => PRESS[stateOf(number)](number))
/** Captures, also in place of the loop that the key has. */
export const captureLoop = (number: number) => inTurn(number, () => takePart(number))

export const lockLoop = (number: number) =>
  inTurn(number, async () => {
    const of = await ask('project.loop_lock', { project: '', fkey: keyOf(number) }, BUDGET_MS)
    takeOne(of)
    say(`${keyName(number)} is ${of.locked ? 'locked' : 'not locked any more'}.`)
  })
export const deleteLoop = (number: number) =>
  inTurn(number, async () => {
    takeOne(await ask('project.loop_delete', { project: '', fkey: keyOf(number) }, BUDGET_MS))
    say(
      `${keyName(number)} is deleted. ${isFar ? `“Undo on ${keyName(number)}” brings it back` : 'Ctrl+Z undoes this'}.`,
    )
  })
export const undoLoop = (number: number) =>
  inTurn(number, async () => {
    takeOne(await ask('project.loop_undo', { project: '', fkey: keyOf(number) }, BUDGET_MS))
    say(`${keyName(number)} is as it was before.`)
  })
export const setLoopVolume = (number: number, volume: number) =>
  inTurn(number, async () => {
    takeOne(await ask('project.loop_volume', { project: '', fkey: keyOf(number), volume }, BUDGET_MS))
  })

const doing = (promise: Promise<{ each?: loop[] }>, text: string) =>
  promise.then(got => {
    changed = performance.now()
    takeAll(got.each ?? [])
    say(text)
  }, complain)
export const playAllLoops = () =>
  doing(
    ask('project.loop_play', { project: '', fkeys: [], grid: timing.value, stretch: stretch.value }, BUDGET_MS),
    'All loops play.',
  )
export const stopAllLoops = () =>
  doing(ask('project.loop_stop', { project: '', fkeys: [] }, BUDGET_MS), 'All loops are silent.')

/** Loops that were captured without an open project, as the last `project.open` counted them. */
export const ownerless = new Cell(0)
export const adoptLoops = () =>
  doing(
    ask('project.loop_adopt', { project: '' }, BUDGET_MS),
    'The loops are in the open project. Ctrl+Z undoes this.',
  ).then(() => ownerless.set(0))

/** The item plays until it is stopped, so that a capture has something to take. */
export async function playForCapture(id: Uint8Array) {
  try {
    await ask('streamer.play', { id, path: '', from: 0, loop: true, pan: 0 }, BUDGET_MS)
    say('It plays. A key without a loop captures it.')
  } catch (error) {
    if (error instanceof AskError) complain(error)
  }
}
/** Pauses the voice to capture from, or all that play files; or lets them go on. */
export const pauseSources = (on: boolean) =>
  ask('streamer.pause', { voice: source.value, on }, BUDGET_MS).then(() => lookAtLoops(), complain)
export const stopSources = () => ask('streamer.stop', { voice: source.value, fade: 0.005 }, BUDGET_MS).catch(complain)
