// Kits: which there are, which is on the pads, and what changes the one on the pads.
import type { Given, item, kit, kit_family, kit_scope, kit_slot, pads_at, preset } from 'loophole'
import { Cell } from '../base/cell'
import { clean, counted, factText, idBytes, idText, num } from '../base/format'
import { report } from '../sound/silent'
import { complain, say } from '../base/state'
import { transport } from '../frame/transport'
import { ask, AskError, isFar } from '../connection/wire'

const BUDGET_MS = 60000
const PAGE = 256
const FIRST_NOTE = 36
const NOTE_MOST = 127
export const PADS = 128

/** What dragging a row of a list carries: the id of its item. */
export const DRAGGED = 'text/x-loophole-item'

/** The kit on the pads, and the pad of its pad 0. */
export interface Loaded {
  kit: kit
  first: number
}
export const loaded = new Cell<Loaded | undefined>(undefined)

/** All kits; undefined: not known yet. */
export const kits = new Cell<kit[] | undefined>(undefined)
/** Rises with each change of a kit that this page made or heard of. */
export const kitsChanged = new Cell(0)
export const noteKits = () => kitsChanged.set(kitsChanged.value + 1)

/** The pad that was hit or reached last. The page shows the bank that it is in. */
export const padAt = new Cell(0)
export const velocity = new Cell(114)
/** A swap also plays the new sound if the transport is stopped. */
export const hearSwaps = new Cell(true)
export const loadAt = new Cell<pads_at>('now')
export const spread = new Cell(0.5)

/** Pads in a row and in a column. The project keeps it. */
export const layout = new Cell(4)
let layoutIsOwn = false // chosen by a page from another machine

/** The first pad of the bank that has `pad`: as many pads as the layout shows. */
export const bankOf = (pad: number, side: number) => pad - (pad % (side * side))

let answered = 0 // when the answer to the last change came

/** Asks which kit is on the pads. An answer that a change has overtaken counts for nothing. */
export async function lookAtLoaded() {
  const asked = performance.now()
  const got = await ask('project.kits', { project: '', limit: 1 }, 3000)
  const of =
    got.loaded &&
    (await ask('project.kit', { project: '', kit: idText(got.loaded) }, 3000).catch(error => {
      if (error instanceof AskError && error.code === 'not_found') return undefined
      throw error
    }))
  if (asked < answered) return
  if (got.layout !== undefined && !layoutIsOwn) layout.set(num(got.layout))
  const before = loaded.value
  const first = num(got.first)
  if (
    of &&
    before &&
    idText(before.kit.id) === idText(of.id) &&
    num(before.kit.revision) === num(of.revision) &&
    before.first === first &&
    sameStates(before.kit, of)
  )
    return
  if (before || of) loaded.set(of && { kit: of, first })
}

const statesOf = (of: kit) =>
  [...(of.slots ?? []).map(one => one.placeholder), ...(of.held ?? []).map(one => num(one.pad))].join('\n')
const sameStates = (a: kit, b: kit) => statesOf(a) === statesOf(b)

export async function lookAtKits() {
  const all: kit[] = []
  for (let offset = 0, more = true; more; ) {
    const got = await ask('project.kits', { project: '', offset, limit: PAGE }, 5000)
    all.push(...(got.each ?? []))
    offset = num(got.next)
    more = got.more
  }
  kits.set(all)
}

function take(of: kit, first = loaded.value?.first ?? 0, isLoaded = false) {
  answered = performance.now()
  if (isLoaded || (loaded.value && idText(loaded.value.kit.id) === idText(of.id))) loaded.set({ kit: of, first })
  noteKits()
  return of
}

/** A page from another machine chooses only for itself. */
export function layOut(side: number) {
  layout.set(side)
  layoutIsOwn = isFar
  answered = performance.now()
  if (!isFar)
    ask('project.set_layout', { layout: side }, BUDGET_MS)
      .then(() => {
        answered = performance.now()
      })
      .catch(complain)
}

/** The lock of a kit that was loaded before, which holds the pad. */
export const heldAt = (of: Loaded | undefined, pad: number) => of?.kit.held?.find(one => num(one.pad) === pad)
export const slotAt = (of: Loaded | undefined, pad: number) =>
  of?.kit.slots?.find(one => num(one.pad) + of.first === pad)
export const padOf = (of: Loaded, slot: kit_slot) => num(of.first) + num(slot.pad)
export const soundName = (of: kit_slot) => clean(of.layers?.[0]?.name ?? '')

const NOTES = ['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B']
/** The name of a note with its number: makers count octaves differently. */
const noteText = (note: number) => `${NOTES[note % 12]}${Math.floor(note / 12) - 1}/${note}`
/** The note that a pad gets unless another one is given. Those after pad 91 get none. */
export const usualNote = (pad: number) => (FIRST_NOTE + pad <= NOTE_MOST ? FIRST_NOTE + pad : undefined)
/** The text of the note of a pad, whose own note may be absent; '': it has none. */
export const padNote = (own: kit_slot['note'], pad: number) => {
  const note = own === undefined ? usualNote(pad) : num(own)
  return note === undefined ? '' : noteText(note)
}

/** The pad that this page hit last; each hit sets it again. */
export const lastHit = new Cell<{ pad: number } | undefined>(undefined)

export function hit(pad: number) {
  lastHit.set({ pad })
  return ask('audio.hit', { pad, velocity: velocity.value / 127 }, 2000).catch(complain)
}

/** Plays the pad if the transport is stopped, so that the new sound is heard. */
function hearPad(pad: number) {
  if (hearSwaps.value && !transport.value?.running) hit(pad)
}

// ---- the loaded kit ----

let turns: Promise<unknown> = Promise.resolve()
let waiting = 0
const WAITING_MOST = 2 // a wheel turns faster than sounds are loaded

/** The changes of the loaded kit follow each other. */
function inTurn(change: () => Promise<unknown>) {
  waiting++
  turns = turns
    .then(change)
    .catch(complain)
    .finally(() => {
      waiting--
    })
  return turns
}

async function swapNow(slot: string, to: string) {
  const of = take(await ask('project.swap_kit', { slot, to, any: false }, BUDGET_MS))
  const now = of.slots?.find(one => one.slot === slot)
  if (!now || !loaded.value) return
  say(`${clean(slot)}: ${soundName(now)}`)
  hearPad(padOf(loaded.value, now))
}

/** `to`: next, previous, random, back, or the id of an item. */
export const swap = (slot: string, to: string) => inTurn(() => swapNow(slot, to))

/** A notch of the wheel; those that come too fast are dropped. */
export const wheel = (slot: string, by: number) => {
  if (waiting < WAITING_MOST) swap(slot, by > 0 ? 'next' : 'previous')
}

export const lock = (slots: string[], on: boolean) =>
  inTurn(async () => {
    take(await ask('project.lock_kit', { slots, on }, BUDGET_MS))
    say(`${slots.length ? slots.map(clean).join(', ') : 'All slots'}: ${on ? 'held' : 'free'}.`)
  })

/** A seed that a person typed; undefined: a new one. */
export const seedOf = (typed: string) => (/^\d{1,15}$/.test(typed.trim()) ? Number(typed) : undefined)

/** `seed` undefined: a new one. */
export const randomise = (seed: number | undefined) =>
  inTurn(async () => {
    const of = take(await ask('project.randomise_kit', { slots: [], spread: spread.value, seed }, BUDGET_MS))
    say(`Other sounds from seed ${num(of.seed)}.`)
  })

// ---- kits ----

const nameOf = (of: kit) => clean(of.name)

async function loadNow(id: Uint8Array, text: string, at = loadAt.value) {
  const got = await ask('project.load_kit', { project: '', kit: idText(id), first: 0, at }, BUDGET_MS)
  take(got.kit, num(got.first), true)
  report(text || `${nameOf(got.kit)} is on the pads.`, 'pad', got.silent)
}

export const load = (of: kit) => inTurn(() => loadNow(of.id, ''))

export interface Wish {
  family: kit_family
  query: string
  key: string
  like: 'any' | 'kit' | 'sound'
  seed: number | undefined
}

const likeOf = (of: Wish, sounds: string[]) =>
  of.like === 'kit' && loaded.value ? [idText(loaded.value.kit.id)] : of.like === 'sound' ? sounds : undefined

/** Makes a kit in the workspace, and puts it on the pads. */
export const build = (of: Wish, sounds: string[]) =>
  inTurn(async () => {
    const like = likeOf(of, sounds)
    if (of.like !== 'any' && !like?.length)
      throw new Error(
        of.like === 'kit'
          ? 'No kit is on the pads: load one first'
          : 'No sound is chosen: choose one in the table first',
      )
    const made = await ask(
      'project.build_kit',
      {
        project: '',
        name: '',
        scope: 'ephemeral',
        family: of.family,
        slots: [],
        query: of.query,
        seed: of.seed,
        like,
        key: of.key || undefined,
      },
      BUDGET_MS,
    )
    const empty = (made.slots ?? []).filter(one => one.placeholder).length
    const silent = empty ? `; ${counted(empty, 'slot has', 'slots have')} no sound` : ''
    await loadNow(made.id, `${nameOf(made)} is on the pads, from seed ${num(made.seed)}${silent}.`, 'now')
  })

/** A kit of the parts of a sound, on the pads. */
export const chop = (sound: string, family: kit_family) =>
  inTurn(async () => {
    const made = await ask('web.chop_kit', { sound, family, scope: 'ephemeral', name: '' }, 300000)
    await loadNow(made.id, `${counted(made.slots?.length ?? 0, 'part')} of ${nameOf(made)} are on the pads.`, 'now')
  })

const change = (of: kit, part: { name?: string; tags?: string[] }) =>
  inTurn(async () => {
    take(await ask('project.set_kit', { project: '', kit: idText(of.id), slots: [], remove: [], ...part }, BUDGET_MS))
  })
export const rename = (of: kit, name: string) => change(of, { name })
export const retag = (of: kit, tags: string[]) => change(of, { tags })

/** Moves a kit to a scope; it keeps its id. */
export const move = (of: kit, scope: kit_scope) =>
  inTurn(async () => {
    take(await ask('project.copy_kit', { project: '', kit: idText(of.id), name: '', scope, move: true }, BUDGET_MS))
    say(`${nameOf(of)} is kept: ${SCOPE_WORDS[scope]}.`)
  })
export const SCOPE_WORDS: Record<kit_scope, string> = {
  global: 'for all projects',
  project: 'in this project',
  ephemeral: 'in the workspace',
}

export const copy = (of: kit, name: string) =>
  inTurn(async () => {
    take(
      await ask('project.copy_kit', { project: '', kit: idText(of.id), name, scope: of.scope, move: false }, BUDGET_MS),
    )
    say(`${clean(name)} is a copy of ${nameOf(of)}.`)
  })

export const remove = (of: kit) =>
  inTurn(async () => {
    await ask('project.remove_kit', { project: '', kit: idText(of.id) }, BUDGET_MS)
    answered = performance.now()
    if (loaded.value && idText(loaded.value.kit.id) === idText(of.id)) loaded.set(undefined)
    noteKits()
    say(`${nameOf(of)} is removed; the pads stay.`)
  })

// ---- a sound onto a pad ----

const freeName = (of: kit, word: string) => {
  const taken = new Set((of.slots ?? []).map(one => one.slot))
  for (let n = 1; ; n++) if (!taken.has(n === 1 ? word : `${word}${n}`)) return n === 1 ? word : `${word}${n}`
}

const setPad = (pad: number, id: Uint8Array) =>
  ask('audio.set_pads', { each: [{ pad, id, note: usualNote(pad) }] }, BUDGET_MS).then(now =>
    report('', 'pad', now.silent),
  )

async function addSlot(of: Loaded, pad: number, sound: item) {
  const slot: Given<kit_slot> = {
    slot: freeName(of.kit, factText(sound, 'class') || 'perc'),
    pad: pad - of.first,
    layers: [
      { media: sound.media.id, velocity_until: 1, gain: 1, name: sound.media.name, content: sound.media.content },
    ],
  }
  take(await ask('project.set_kit', { project: '', kit: idText(of.kit.id), slots: [slot], remove: [] }, BUDGET_MS))
}

/** Puts an item onto a pad: into the slot of the kit that is there, into a new one, or, without a kit, onto the bare
 * pad. */
export const putSound = (pad: number, id: string) =>
  inTurn(async () => {
    await lookAtLoaded() // another client may have loaded a kit
    const of = loaded.value,
      slot = slotAt(of, pad)
    padAt.set(pad)
    if (slot) return swapNow(slot.slot, id)
    if (of && pad >= of.first) await addSlot(of, pad, (await ask('search.get', { id: idBytes(id) }, BUDGET_MS)).item)
    await setPad(pad, idBytes(id)!)
    noteKits()
    hearPad(pad)
  })

/** What lies on the pads becomes a kit of the workspace. `sounds`: the items of the pads. */
export const keepPads = (sounds: Map<number, item>, name: string) =>
  inTurn(async () => {
    const empty = { slots: [] } as unknown as kit
    const slots: Given<kit_slot>[] = []
    for (const [pad, of] of [...sounds].sort(([a], [b]) => a - b)) {
      const named = freeName({ ...empty, slots: slots as kit_slot[] }, factText(of, 'class') || 'perc')
      slots.push({
        slot: named,
        pad,
        layers: [{ media: of.media.id, velocity_until: 1, gain: 1, name: of.media.name, content: of.media.content }],
      })
    }
    const made = await ask(
      'project.new_kit',
      { project: '', name, scope: 'ephemeral', family: 'drum', tags: [], slots: slots.slice(0, PADS) },
      BUDGET_MS,
    )
    await loadNow(made.id, '', 'now')
  })

// ---- what was played ----

/** Lines of a bar that hits are put on. */
export const GRIDS = [4, 8, 12, 16, 24, 32]

export interface Played {
  kind: 'clip' | 'audio' | 'pattern'
  track: string
  slot: string
  quantise: number
  strength: number
}

/** Hits wait for the next of so many lines in a bar; 0: none. */
export const quantiseHits = (lines: number) => ask('audio.set_quantise', { lines }, 5000).catch(complain)

type Grid = { quantise?: number; strength?: number }

async function commitPattern(slot: string, bars: number, grid: Grid) {
  const got = await ask('project.played_pattern', { project: '', bars, ...grid }, BUDGET_MS)
  const saved = await ask(
    'project.save_pattern',
    { project: '', slot: slot || '1', file: got.file, name: `Played ${bars}` },
    BUDGET_MS,
  )
  say([clean(saved.message), ...(got.remarks ?? []).map(clean)].join('. '))
}

async function commitClip(typed: string, bars: number, as_audio: true | undefined, grid: Grid) {
  const track = typed.trim() || 'Pads'
  const got = await ask('project.commit_kit', { project: '', bars, track, as_audio, ...grid }, BUDGET_MS)
  const place = `on track ${clean(got.track_name)} from beat ${got.start}`
  say(`${clean(got.name)}: ${counted(num(got.hits), 'hit')}, ${place}. Ctrl+Z undoes this.`)
}

/** The last bars become a clip of MIDI or of audio on a track, or a pattern in a slot. */
export const commit = ({ kind, track, slot, quantise, strength }: Played, bars: number) =>
  inTurn(() => {
    const grid = quantise ? { quantise, strength } : {}
    return kind === 'pattern'
      ? commitPattern(slot, bars, grid)
      : commitClip(track, bars, kind === 'audio' || undefined, grid)
  })

// ---- presets ----

/** The presets of synth voices; undefined: not known yet. */
export const presets = new Cell<preset[] | undefined>(undefined)
export const lookAtPresets = async () =>
  presets.set((await ask('project.presets', { project: '', limit: 1024 }, 5000)).each ?? [])

/** Gives the slot of the pad that was reached last the preset, and the pad its values. */
export const putPreset = (of: kit_slot, to: preset) =>
  inTurn(async () => {
    const now = loaded.value
    if (!now) return
    await ask(
      'project.set_kit',
      {
        project: '',
        kit: idText(now.kit.id),
        slots: [{ ...of, why: '', layers: [{ preset: to.id, velocity_until: 1, gain: 1 }] }],
        remove: [],
      },
      BUDGET_MS,
    )
    const got = await ask(
      'project.load_kit',
      { project: '', kit: idText(now.kit.id), first: now.first, at: 'now' },
      BUDGET_MS,
    )
    take(got.kit, now.first, true)
    report(`${clean(of.slot)}: ${clean(to.name)}`, 'pad', got.silent)
    hearPad(padOf(now, of))
  })
