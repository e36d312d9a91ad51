// The bindings of controls: what moves what, what may be moved, and the control that is moved next.
import type { midi_bindings, midi_mode } from 'loophole'
import { useState } from 'preact/hooks'
import { clean } from '../base/format'
import { complain, say } from '../base/state'
import { channel_words } from '../base/words'
import { usePolled } from '../connection/polled'
import { ask, AskError } from '../connection/wire'
import { PADS } from '../kit/kits'

const LEARN_MS = 20000
const BUDGET_MS = 20000
const SLOTS = 128

/** What a control may move, beside what a person types: docs/midi.md has all of it. */
const targets = (rows: string[]) => [
  ...channel_words.flatMap(channel => ['gain', 'pan', 'mute', 'solo'].map(what => `mixer/${channel}/${what}`)),
  ...['tempo', 'swing', 'metronome', 'start', 'stop', 'toggle', 'tap'].map(what => `transport/${what}`),
  'panic',
  'song/play',
  'song/stop',
  'kit/randomise',
  ...rows.flatMap(row => [`rows/${row}/mute`, `rows/${row}/solo`]),
  ...Array.from({ length: PADS }, (_, pad) => `pads/${pad}`),
  ...Array.from({ length: SLOTS }, (_, i) => `pattern/load/${i + 1}`),
]

async function loadTargets() {
  const rows = await ask('audio.rows', {}, 2000).catch(error => {
    if (error instanceof AskError && error.code === 'not_found') return undefined
    throw error
  })
  return targets((rows?.each ?? []).map(row => clean(row.name)))
}

export const useTargets = () => usePolled(loadTargets, 5000)[0] ?? targets([])

export interface Wish {
  target: string
  /** Empty: the control that a person moves next. */
  control: string
  mode: midi_mode | undefined
  over: boolean
}

export function useLearn() {
  const [got, again] = usePolled(() => ask('project.bindings', { project: '' }, 3000), 3000, [], ['project.changed'])
  const [waits, setWaits] = useState(0)
  const run = (promise: Promise<midi_bindings>, text: string) => promise.then(() => say(text), complain).then(again)
  const learn = ({ target, control, mode, over }: Wish) => {
    const body = { project: '', target: target.trim(), control: control.trim(), over, ...(mode ? { mode } : {}) }
    setWaits(now => now + 1)
    run(ask('project.bind', body, LEARN_MS), `${body.target} has its control.`).then(() => setWaits(now => now - 1))
  }
  const forget = (target: string) =>
    run(ask('project.unbind', { project: '', named: target }, BUDGET_MS), `${clean(target)} has no control.`)
  return { each: got?.each ?? [], isKnown: got !== undefined, waits: waits > 0, learn, forget }
}

export type LearnNow = ReturnType<typeof useLearn>
