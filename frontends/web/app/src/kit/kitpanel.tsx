// The panel of kits: those that there are, the builder, the pads with their slots, and what was played.
import type { kit, kit_family } from 'loophole'
import { useEffect, useState } from 'preact/hooks'
import { useCell, useLoaded, usePolled } from '../cell'
import { clean, counted, idText, num } from '../format'
import { Icon } from '../icons'
import * as deeds from './kits'
import { KitSlots } from './kitslots'
import { chosen } from '../list'
import { nameFor } from '../naming'
import { Pads } from './pads'
import { complain, view } from '../state'
import { transport } from '../transport'
import { TypedField } from '../typedfield'
import { isFar, listen } from '../wire'
import { kit_family_words, kit_scope_words, pads_at_words } from '../words'

const LOADED_MS = 2000
const LIST_MS = 15000

// ---- the kits ----

const hasWords = (of: kit, words: string[]) => {
  const text = [of.name, of.family, of.scope, of.author ?? '', ...(of.tags ?? []), ...(of.slots ?? []).map(one => one.slot)].join(' ').toLowerCase()
  return words.every(word => text.includes(word))
}

function KitLine({ of, now }: { of: kit; now: boolean }) {
  const empty = (of.slots ?? []).filter(one => one.placeholder).length
  return (
    <li data-kit={clean(of.name)}>
      <button aria-current={now || undefined} disabled={isFar} title={`Put it on the pads: ${deeds.SCOPE_WORDS[of.scope]}`} onClick={() => deeds.load(of)}>
        <span>{clean(of.name)}</span>
        <small>{of.family} · {counted(of.slots?.length ?? 0, 'slot')}{empty > 0 && `, ${empty} silent`}{of.scope !== 'global' && ` · ${of.scope === 'project' ? 'this project' : 'workspace'}`}{(of.tags ?? []).map(tag => ` #${clean(tag)}`)}</small>
      </button>
    </li>
  )
}

function Browser() {
  const all = useCell(deeds.kits)
  const now = useCell(deeds.loaded, of => (of ? idText(of.kit.id) : ''))
  const [text, setText] = useState('')
  const [family, setFamily] = useState<kit_family | ''>('')
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = all?.filter(of => (!family || of.family === family) && hasWords(of, words)) ?? []
  return (
    <div class="kitlist" role="group" aria-label="Kits to choose from">
      <input type="search" aria-label="Find a kit" placeholder="Find a kit: a name, a tag, a slot" value={text} onInput={event => setText(event.currentTarget.value)} />
      <p class="buttons">{kit_family_words.map(one => <button key={one} aria-pressed={family === one} onClick={() => setFamily(family === one ? '' : one)}>{one}</button>)}</p>
      <ul tabIndex={0} aria-label="Kits">{found.map(of => <KitLine key={idText(of.id)} of={of} now={idText(of.id) === now} />)}</ul>
      {all && found.length === 0 && <p class="quiet empty">{all.length ? 'No kit is like that.' : 'There is no kit yet: build one.'}</p>}
    </div>
  )
}

// ---- the builder ----

const seedOf = (typed: string) => (/^\d{1,15}$/.test(typed.trim()) ? Number(typed) : undefined)

function chopChosen(family: kit_family) {
  const id = chosen()[0]
  if (id) deeds.chop(id, family)
  else complain(new Error('No sound is chosen: choose a voice or a loop in the table, then chop it'))
}

function Builder() {
  const [query, setQuery] = useState('')
  const [key, setKey] = useState('')
  const [like, setLike] = useState<deeds.Wish['like']>('any')
  const [seed, setSeed] = useState('')
  const build = (family: kit_family) => deeds.build({ family, query: query.trim(), key: key.trim(), like, seed: seedOf(seed) }, chosen())
  return (
    <div class="builder" role="group" aria-label="Build">
      <p class="buttons">
        <strong>Build</strong>
        {kit_family_words.filter(one => one !== 'free').map(one => <button key={one} class="make" onClick={() => build(one)}>{one}</button>)}
        <label>like <select value={like} onChange={event => setLike(event.currentTarget.value as deeds.Wish['like'])}>
          <option value="any">anything</option><option value="kit">this kit</option><option value="sound">the chosen sounds</option></select></label>
        <label>from <input type="text" size={16} value={query} placeholder="all: or tag:dusty, a pack" spellcheck={false} onInput={event => setQuery(event.currentTarget.value)} /></label>
        <button title="Only the sounds that the query line finds now" onClick={() => setQuery(view.value.query)}>the query</button>
        <label>key <input type="text" size={5} value={key} placeholder="project" title="F#min; none: nothing is tuned" spellcheck={false} onInput={event => setKey(event.currentTarget.value)} /></label>
        <label>seed <input type="text" inputMode="numeric" size={8} value={seed} placeholder="a new one" onInput={event => setSeed(event.currentTarget.value)} /></label>
        <span class="buttons apart"><strong>Chop</strong> the chosen sound
          <button class="make" onClick={() => chopChosen('vocal')}>by syllables</button>
          <button class="make" onClick={() => chopChosen('drum')}>by beats</button></span>
      </p>
    </div>
  )
}

// ---- the kit on the pads ----

function Current({ of }: { of: kit | undefined }) {
  const spread = useCell(deeds.spread)
  const [seed, setSeed] = useState('')
  const slots = of?.slots ?? []
  const held = slots.filter(one => one.locked).length
  const id = of ? idText(of.id) : ''
  const copy = () => nameFor('Name of the copy').then(name => { if (name && of) deeds.copy(of, name) })
  return (
    <>
      <p class="buttons current">
        <TypedField key={id} aria-label="Name of the kit" class="title" disabled={!of} value={clean(of?.name ?? '')} placeholder="no kit" put={typed => { if (typed.trim() && of) deeds.rename(of, typed.trim()) }} />
        <TypedField key={`${id}#`} aria-label="Tags of the kit" disabled={!of} value={(of?.tags ?? []).map(clean).join(', ')} placeholder="tags"
          size={12} put={typed => { if (of) deeds.retag(of, typed.split(',').map(one => one.trim()).filter(Boolean)) }} />
        <label>kept <select disabled={!of} value={of?.scope ?? 'global'} onChange={event => { if (of) deeds.move(of, kit_scope_words.find(one => one === event.currentTarget.value)!) }}>
          {kit_scope_words.map(one => <option key={one} value={one}>{deeds.SCOPE_WORDS[one]}</option>)}</select></label>
        <button disabled={!of} onClick={copy}>Copy…</button>
        <button disabled={!of} aria-label="Remove the kit" title="Remove the kit; the pads stay" onClick={() => { if (of) deeds.remove(of) }}><Icon name="delete" size={14} /></button>
      </p>
      <p class="buttons">
        <button class="make" disabled={!of} onClick={() => deeds.randomise(seedOf(seed))}><Icon name="random" size={16} /> Randomise</button>
        <label class="spread">near <input type="range" min="0" max="1" step="0.05" aria-label="Spread" value={spread} onInput={event => deeds.spread.set(Number(event.currentTarget.value))} /> far</label>
        <label>seed <input type="text" inputMode="numeric" size={7} value={seed} placeholder="a new one" aria-label="Seed of randomise" onInput={event => setSeed(event.currentTarget.value)} /></label>
        <PresetOfSlot />
        <button disabled={!of} onClick={() => deeds.lock([], held < slots.length)}>{held < slots.length ? 'Hold all' : 'Free all'}</button>
        <output class="quiet" aria-label="Seed of this kit">{of?.seed === undefined ? '' : `now from seed ${num(of.seed)}`}{held > 0 && ` · ${held} held`}</output>
      </p>
    </>
  )
}

/** A preset in place of the sound of the slot that was reached last. */
function PresetOfSlot() {
  const all = useCell(deeds.presets)
  const kit = useCell(deeds.loaded)
  const slot = deeds.slotAt(kit, useCell(deeds.padAt))
  if (!slot || !all?.length) return null
  const now = slot.layers?.[0]?.preset
  const put = (id: string) => { const to = all.find(one => idText(one.id) === id); if (to) deeds.putPreset(slot, to) }
  return (
    <label>{clean(slot.slot)} plays <select aria-label="Preset of the slot" disabled={slot.locked} value={now ? idText(now) : ''} onChange={event => put(event.currentTarget.value)}>
      <option value="" disabled>its sound, or a preset…</option>
      {all.map(one => <option key={idText(one.id)} value={idText(one.id)}>{clean(one.name)}</option>)}</select></label>
  )
}

const GRIDS: [number, string][] = [[4, '1/4'], [8, '1/8'], [12, '1/12'], [16, '1/16'], [24, '1/24'], [32, '1/32']]
const BARS = [1, 2, 4, 8, 16]
const PATTERN_BARS = 4

function Commit() {
  const [quantise, setQuantise] = useState(0)
  const [strength, setStrength] = useState(1)
  const [track, setTrack] = useState('Pads')
  const [slot, setSlot] = useState('')
  const [kind, setKind] = useState<'clip' | 'audio' | 'pattern'>('clip')
  const asPattern = kind === 'pattern'
  const keep = (bars: number) => deeds.commit({ bars, quantise: quantise || undefined, strength, track: track.trim() || 'Pads', slot: asPattern ? slot || '1' : '', audio: kind === 'audio' })
  return (
    <p class="buttons commit" role="group" aria-label="Commit">
      <strong>Commit</strong> the last
      {BARS.map(bars => <button key={bars} class="make" disabled={asPattern && bars > PATTERN_BARS} aria-label={`Commit ${counted(bars, 'bar')}`} onClick={() => keep(bars)}>{bars}</button>)} bars
      <label>as <select value={kind} onChange={event => setKind(event.currentTarget.value as typeof kind)}>
        <option value="clip">a clip on track</option><option value="audio">audio on track</option><option value="pattern">a pattern in slot</option></select></label>
      {asPattern ? <input type="number" min="1" max="128" aria-label="Slot of the pattern" value={slot || '1'} onInput={event => setSlot(event.currentTarget.value)} />
        : <input type="text" size={10} aria-label="Track" value={track} maxLength={80} onInput={event => setTrack(event.currentTarget.value)} />}
      <label>quantise <select value={quantise} onChange={event => setQuantise(Number(event.currentTarget.value))}>
        <option value={0}>as it was played</option>{GRIDS.map(([lines, text]) => <option key={lines} value={lines}>{text}</option>)}</select></label>
      {quantise > 0 && <label>by <input type="range" min="0" max="1" step="0.05" aria-label="Strength" value={strength} onInput={event => setStrength(Number(event.currentTarget.value))} /> <output>{Math.round(strength * 100)} %</output></label>}
    </p>
  )
}

function Ways() {
  const at = useCell(deeds.loadAt)
  const hears = useCell(deeds.hearSwaps)
  const lines = useCell(transport, of => num(of?.quantise))
  return (
    <>
      <label>Load <select value={at} onChange={event => deeds.loadAt.set(pads_at_words.find(one => one === event.currentTarget.value) ?? 'now')}>
        {pads_at_words.map(one => <option key={one} value={one}>{one === 'now' ? 'at once' : `at the next ${one}`}</option>)}</select></label>
      <label>Hits <select value={lines} onChange={event => deeds.quantiseHits(Number(event.currentTarget.value))}>
        <option value={0}>sound at once</option>{GRIDS.map(([of, text]) => <option key={of} value={of}>wait for {text}</option>)}</select></label>
      <label><input type="checkbox" checked={hears} onChange={event => deeds.hearSwaps.set(event.currentTarget.checked)} /> Hear swaps</label>
    </>
  )
}

export function Kits() {
  const [, again, away] = usePolled(deeds.lookAtLoaded, LOADED_MS)
  const now = useCell(deeds.loaded)
  useEffect(() => listen('project.changed', () => { again(); deeds.noteKits() }), [])
  useEffect(() => { const timer = setInterval(deeds.noteKits, LIST_MS); return () => clearInterval(timer) }, [])
  useLoaded(deeds.lookAtKits, deeds.kitsChanged, [])
  useLoaded(deeds.lookAtPresets, deeds.kitsChanged, [])
  return (
    <section aria-label="Kits" class="wide kits">
      <h2>Kits{away && <span class="quiet"> · away; this page asks again</span>}</h2>
      {!isFar && <Builder />}
      <div class="kitdesk">
        <Browser />
        <div class="kitpads">
          {!isFar && <Current of={now?.kit} />}
          <Pads>{!isFar && <Ways />}</Pads>
        </div>
        <KitSlots />
      </div>
      {!isFar && <Commit />}
    </section>
  )
}
