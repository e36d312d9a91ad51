// The kits that there are; a click puts one on the pads.
import type { kit, kit_family } from 'loophole'
import { useEffect, useState } from 'preact/hooks'
import { useCell, useLoaded } from '../base/cell'
import { clean, counted, idText } from '../base/format'
import { isFar } from '../connection/wire'
import { kit_family_words } from '../base/words'
import * as asks from './kits'

const LIST_MS = 15000

const hasWords = (of: kit, words: string[]) => {
  const text = [
    of.name,
    of.family,
    of.scope,
    of.author ?? '',
    ...(of.tags ?? []),
    ...(of.slots ?? []).map(one => one.slot),
  ]
    .join(' ')
    .toLowerCase()
  return words.every(word => text.includes(word))
}

function KitLine({ of, now }: { of: kit; now: boolean }) {
  const empty = (of.slots ?? []).filter(one => one.placeholder).length
  return (
    <li data-kit={clean(of.name)}>
      <button
        aria-current={now || undefined}
        disabled={isFar}
        title={`Put it on the pads: ${asks.SCOPE_WORDS[of.scope]}`}
        onClick={() => asks.load(of)}
      >
        <span>{clean(of.name)}</span>
        <small>
          {of.family} · {counted(of.slots?.length ?? 0, 'slot')}
          {empty > 0 && `, ${empty} silent`}
          {of.scope !== 'global' && ` · ${of.scope === 'project' ? 'this project' : 'workspace'}`}
          {(of.tags ?? []).map(tag => ` #${clean(tag)}`)}
        </small>
      </button>
    </li>
  )
}

export function KitList() {
  useEffect(() => {
    const timer = setInterval(asks.noteKits, LIST_MS)
    return () => clearInterval(timer)
  }, [])
  useLoaded(asks.lookAtKits, asks.kitsChanged, [])
  const all = useCell(asks.kits)
  const now = useCell(asks.loaded, of => (of ? idText(of.kit.id) : ''))
  const [text, setText] = useState('')
  const [family, setFamily] = useState<kit_family | ''>('')
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = all?.filter(of => (!family || of.family === family) && hasWords(of, words)) ?? []
  return (
    <div class="kitlist" role="group" aria-label="Kits to choose from">
      <input
        type="search"
        aria-label="Find a kit"
        placeholder="Find a kit: a name, a tag, a slot"
        value={text}
        onInput={event => setText(event.currentTarget.value)}
      />
      <p class="buttons">
        {kit_family_words.map(one => (
          <button key={one} aria-pressed={family === one} onClick={() => setFamily(family === one ? '' : one)}>
            {one}
          </button>
        ))}
      </p>
      <ul tabIndex={0} aria-label="Kits">
        {found.map(of => (
          <KitLine key={idText(of.id)} of={of} now={idText(of.id) === now} />
        ))}
      </ul>
      {all && found.length === 0 && (
        <p class="quiet empty">{all.length ? 'No kit is like that.' : 'There is no kit yet: build one.'}</p>
      )}
    </div>
  )
}
