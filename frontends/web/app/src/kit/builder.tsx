// Makes kits: of sounds of the library, of the parts of a sound, and a clip of what was played.
import type { kit_family } from 'loophole'
import { useState } from 'preact/hooks'
import { counted } from '../base/format'
import { chosen } from '../items/list'
import { complain, view } from '../base/state'
import { kit_family_words } from '../base/words'
import * as deeds from './kits'

export const seedOf = (typed: string) => (/^\d{1,15}$/.test(typed.trim()) ? Number(typed) : undefined)

function chopChosen(family: kit_family) {
  const id = chosen()[0]
  if (id) deeds.chop(id, family)
  else complain(new Error('No sound is chosen: choose a voice or a loop in the table, then chop it'))
}

export function Builder() {
  const [query, setQuery] = useState('')
  const [key, setKey] = useState('')
  const [like, setLike] = useState<deeds.Wish['like']>('any')
  const [seed, setSeed] = useState('')
  const build = (family: kit_family) =>
    deeds.build({ family, query: query.trim(), key: key.trim(), like, seed: seedOf(seed) }, chosen())
  return (
    <div class="builder" role="group" aria-label="Build">
      <p class="buttons">
        <strong>Build</strong>
        {kit_family_words
          .filter(one => one !== 'free')
          .map(one => (
            <button key={one} class="make" onClick={() => build(one)}>
              {one}
            </button>
          ))}
        <label>
          like{' '}
          <select value={like} onChange={event => setLike(event.currentTarget.value as deeds.Wish['like'])}>
            <option value="any">anything</option>
            <option value="kit">this kit</option>
            <option value="sound">the chosen sounds</option>
          </select>
        </label>
        <label>
          from{' '}
          <input
            type="text"
            size={16}
            value={query}
            placeholder="all: or tag:dusty, a pack"
            spellcheck={false}
            onInput={event => setQuery(event.currentTarget.value)}
          />
        </label>
        <button title="Only the sounds that the query line finds now" onClick={() => setQuery(view.value.query)}>
          the query
        </button>
        <label>
          key{' '}
          <input
            type="text"
            size={5}
            value={key}
            placeholder="project"
            title="F#min; none: nothing is tuned"
            spellcheck={false}
            onInput={event => setKey(event.currentTarget.value)}
          />
        </label>
        <label>
          seed{' '}
          <input
            type="text"
            inputMode="numeric"
            size={8}
            value={seed}
            placeholder="a new one"
            onInput={event => setSeed(event.currentTarget.value)}
          />
        </label>
        <span class="buttons apart">
          <strong>Chop</strong> the chosen sound
          <button class="make" onClick={() => chopChosen('vocal')}>
            by syllables
          </button>
          <button class="make" onClick={() => chopChosen('drum')}>
            by beats
          </button>
        </span>
      </p>
    </div>
  )
}

export const GRIDS: [number, string][] = [
  [4, '1/4'],
  [8, '1/8'],
  [12, '1/12'],
  [16, '1/16'],
  [24, '1/24'],
  [32, '1/32'],
]
const BARS = [1, 2, 4, 8, 16]
const PATTERN_BARS = 4

export function Commit() {
  const [quantise, setQuantise] = useState(0)
  const [strength, setStrength] = useState(1)
  const [track, setTrack] = useState('Pads')
  const [slot, setSlot] = useState('')
  const [kind, setKind] = useState<'clip' | 'audio' | 'pattern'>('clip')
  const asPattern = kind === 'pattern'
  const keep = (bars: number) =>
    deeds.commit({
      bars,
      quantise: quantise || undefined,
      strength,
      track: track.trim() || 'Pads',
      slot: asPattern ? slot || '1' : '',
      audio: kind === 'audio',
    })
  return (
    <p class="buttons commit" role="group" aria-label="Commit">
      <strong>Commit</strong> the last
      {BARS.map(bars => (
        <button
          key={bars}
          class="make"
          disabled={asPattern && bars > PATTERN_BARS}
          aria-label={`Commit ${counted(bars, 'bar')}`}
          onClick={() => keep(bars)}
        >
          {bars}
        </button>
      ))}{' '}
      bars
      <label>
        as{' '}
        <select value={kind} onChange={event => setKind(event.currentTarget.value as typeof kind)}>
          <option value="clip">a clip on track</option>
          <option value="audio">audio on track</option>
          <option value="pattern">a pattern in slot</option>
        </select>
      </label>
      {asPattern ? (
        <input
          type="number"
          min="1"
          max="128"
          aria-label="Slot of the pattern"
          value={slot || '1'}
          onInput={event => setSlot(event.currentTarget.value)}
        />
      ) : (
        <input
          type="text"
          size={10}
          aria-label="Track"
          value={track}
          maxLength={80}
          onInput={event => setTrack(event.currentTarget.value)}
        />
      )}
      <label>
        quantise{' '}
        <select value={quantise} onChange={event => setQuantise(Number(event.currentTarget.value))}>
          <option value={0}>as it was played</option>
          {GRIDS.map(([lines, text]) => (
            <option key={lines} value={lines}>
              {text}
            </option>
          ))}
        </select>
      </label>
      {quantise > 0 && (
        <label>
          by{' '}
          <input
            type="range"
            min="0"
            max="1"
            step="0.05"
            aria-label="Strength"
            value={strength}
            onInput={event => setStrength(Number(event.currentTarget.value))}
          />{' '}
          <output>{Math.round(strength * 100)} %</output>
        </label>
      )}
    </p>
  )
}
