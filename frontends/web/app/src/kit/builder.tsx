// Makes kits: of sounds of the library, and of the parts of a sound.
import type { kit_family } from 'loophole'
import { useState } from 'preact/hooks'
import { Choice, Input } from '../base/labelled'
import { chosen } from '../items/list'
import { complain, view } from '../base/state'
import { kit_family_words } from '../base/words'
import * as asks from './kits'

const LIKES: Record<asks.Wish['like'], string> = { any: 'anything', kit: 'this kit', sound: 'the chosen sounds' }

function chopChosen(family: kit_family) {
  const id = chosen()[0]
  if (id) asks.chop(id, family)
  else complain(new Error('No sound is chosen: choose a voice or a loop in the table, then chop it'))
}

const Chop = () => (
  <span class="buttons apart">
    <strong>Chop</strong> the chosen sound
    <button class="make" onClick={() => chopChosen('vocal')}>
      by syllables
    </button>
    <button class="make" onClick={() => chopChosen('drum')}>
      by beats
    </button>
  </span>
)

export function Builder() {
  const [query, setQuery] = useState('')
  const [key, setKey] = useState('')
  const [like, setLike] = useState<asks.Wish['like']>('any')
  const [seed, setSeed] = useState('')
  const build = (family: kit_family) =>
    asks.build({ family, query: query.trim(), key: key.trim(), like, seed: asks.seedOf(seed) }, chosen())
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
        <Choice label="like" value={like} of={['any', 'kit', 'sound']} text={one => LIKES[one]} put={setLike} />
        <Input
          label="from"
          size={16}
          value={query}
          placeholder="all: or tag:dusty, a pack"
          spellcheck={false}
          put={setQuery}
        />
        <button title="Only the sounds that the query line finds now" onClick={() => setQuery(view.value.query)}>
          the query
        </button>
        <Input
          label="key"
          size={5}
          value={key}
          placeholder="project"
          title="F#min; none: nothing is tuned"
          spellcheck={false}
          put={setKey}
        />
        <Input label="seed" inputMode="numeric" size={8} value={seed} placeholder="a new one" put={setSeed} />
        <Chop />
      </p>
    </div>
  )
}
