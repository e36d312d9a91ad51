// What is known of the chosen items, and what a person may state: tags, rating, colour, class, key, tempo.
import type { fact, item } from 'loophole'
import { useState } from 'preact/hooks'
import { awayOf, awaySentence, fetchChosen } from './away'
import { addToBasket, Out } from './basket'
import { useCell } from '../base/cell'
import { change, colour, COLOURS, favourite, hide, state, tag } from './edits'
import {
  bytesText,
  clean,
  factOf,
  factText,
  idText,
  lengthText,
  num,
  pathText,
  seconds,
  sourceOf,
} from '../base/format'
import { hearBetween, hearFrom } from '../sound/hear'
import { chosen, lessLike, moreLike, row } from './list'
import { Relink } from './relink'
import { useItem } from './useitem'
import { selected, view } from '../base/state'
import { Treatments } from './treatment'
import { TypedField } from '../base/typedfield'
import { WaveCanvas } from '../sound/wavecanvas'

const idOf = (of: item) => idText(of.media.id)

function Stated({ of, attribute, title }: { of: item; attribute: string; title: string }) {
  return (
    <label title={sourceOf(of, attribute)}>
      {title}
      <TypedField
        bound
        key={idOf(of)}
        placeholder="–"
        value={factText(of, attribute)}
        put={typed => state(chosen(idOf(of)), attribute, typed.trim())}
      />
    </label>
  )
}

function Tags({ of }: { of: item }) {
  return (
    <div class="tags">
      {(of.media.tags ?? []).map(name => (
        <button key={name} class="chip" title={`Remove the tag ${name}`} onClick={() => tag(chosen(), [name], true)}>
          {clean(name)} <span aria-hidden="true">×</span>
        </button>
      ))}
      <input
        type="text"
        id="addtag"
        aria-label="Add a tag"
        placeholder="add a tag"
        onInput={event => {
          event.currentTarget.dataset.typed = ''
        }}
        onKeyDown={event => {
          const field = event.currentTarget
          if (event.key === 'Enter' && field.value.trim()) {
            tag(chosen(), [field.value.trim()])
            field.value = ''
            delete field.dataset.typed
          }
        }}
      />
    </div>
  )
}

function Rating({ of }: { of: item }) {
  const now = factOf(of, 'rating')?.number ?? 0
  return (
    <div role="group" aria-label="Rating">
      {[1, 2, 3, 4, 5].map(stars => (
        <button
          key={stars}
          class="star"
          aria-pressed={stars <= now}
          aria-label={`${stars} of 5`}
          onClick={() => state(chosen(), 'rating', stars === now ? '' : String(stars))}
        >
          {stars <= now ? '★' : '☆'}
        </button>
      ))}
    </div>
  )
}

function Colours({ of }: { of: item }) {
  const now = factOf(of, 'colour')?.text
  return (
    <div role="group" aria-label="Colour">
      {COLOURS.map(name => (
        <button
          key={name}
          class={`swatch ${name}`}
          aria-label={name}
          aria-pressed={name === now}
          onClick={() => colour(chosen(), name === now ? '' : name)}
        />
      ))}
    </div>
  )
}

function Sources({ sources }: { sources: fact[] }) {
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>All facts</summary>
      {open && (
        <table class="plain">
          <thead>
            <tr>
              <th>Fact</th>
              <th>Value</th>
              <th>Source</th>
              <th>Sure</th>
            </tr>
          </thead>
          <tbody>
            {sources.map((one, i) => (
              <tr key={i}>
                <td>{one.attribute}</td>
                <td>{clean(one.text ?? String(Math.round((one.number ?? 0) * 1000) / 1000))}</td>
                <td>{one.source}</td>
                <td>{Math.round(one.confidence * 100)} %</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  )
}

/** Says what edits are for, if that is not the item of the details alone. */
function Selection({ at }: { at: string }) {
  const ids = useCell(selected)
  if (!ids.size || (ids.size === 1 && ids.has(at))) return null
  return (
    <div class="notice">
      {ids.size > 1
        ? `Edits apply to all ${ids.size} selected items, as one step.`
        : 'Edits apply to the selected item, not to this one.'}
      <p class="buttons">
        <button onClick={addToBasket}>Basket</button> <button onClick={moreLike}>More like these</button>
      </p>
    </div>
  )
}

/** Why and where a take ended before it was to. */
function cutSentence({ media }: item): string {
  const length = (frames: unknown) => lengthText(num(frames as never) / (num(media.sample_rate) || 1))
  const cut = media.cut!
  const wanted = cut.wanted === undefined ? '' : ` of ${length(cut.wanted)}`
  return `This take was cut after ${length(cut.at)}${wanted}: ${clean(cut.why)}`
}

/** Where its file is, if it cannot be read now, and how it comes back. */
function Away({ of }: { of: item }) {
  const away = awayOf(of)
  if (!away) return null
  return (
    <>
      <p class="notice">{awaySentence(away)}</p>
      {away === 'cloud' && (
        <div class="buttons">
          <button onClick={fetchChosen}>Fetch from the cloud</button>
        </div>
      )}
      {away === 'missing' && <Relink key={idOf(of)} bytes={of.media.id} />}
    </>
  )
}

function Sound({ of }: { of: item }) {
  const { media } = of
  return (
    <>
      <WaveCanvas
        of={of}
        onPart={part => hearFrom(of, part)}
        onBetween={(from, end) => hearBetween(of, from, end)}
        label="Click: play from here. Drag: repeat this part"
      />
      <p class="quiet">
        {lengthText(seconds(of))} · {num(media.channels)} ch · {num(media.sample_rate)} Hz ·{' '}
        {[...new Set([media.container, media.sample_format])].join(' ')} · {bytesText(num(media.size))}
      </p>
      {media.cut && <p class="notice">{cutSentence(of)}</p>}
    </>
  )
}

const Actions = ({ of: { media } }: { of: item }) => (
  <div class="buttons">
    <button onClick={moreLike}>More like this</button>
    <button onClick={lessLike}>Less like this</button>
    <button aria-pressed={media.favourite} onClick={() => favourite(chosen(), !media.favourite)}>
      {media.favourite ? '♥' : '♡'} Favourite
    </button>
    <button aria-pressed={media.hidden} onClick={() => hide(chosen(), !media.hidden)}>
      {media.hidden ? 'Show' : 'Hide'}
    </button>
  </div>
)

export function Details() {
  const at = useCell(view, of => of.at)
  useCell(selected)
  useCell(row)
  const got = useItem(at)
  if (!got)
    return (
      <aside class="details" aria-label="Details">
        <p class="quiet">Choose an item with the arrow keys or a click.</p>
        <Selection at={at} />
      </aside>
    )
  const of = got.item
  return (
    <aside class="details" aria-label="Details" tabIndex={0} inert={got.late}>
      <h2>{clean(of.media.name)}</h2>
      <Selection at={at} />
      <Away of={of} />
      <Sound of={of} />
      <Actions of={of} />
      <Rating of={of} />
      <Colours of={of} />
      <Tags of={of} />
      <div class="stated">
        <Stated of={of} attribute="class" title="Class" />
        <Stated of={of} attribute="bpm" title="BPM" />
        <Stated of={of} attribute="key" title="Key" />
        <label>
          Notes
          <TypedField
            bound
            key={idOf(of)}
            value={of.media.notes}
            rows={2}
            put={notes => change(chosen(idOf(of)), 'Notes', { notes })}
          />
        </label>
      </div>
      <Treatments of={of} />
      <Out id={at} path={pathText(of.path)} />
      <p class="path">{pathText(of.path) || 'no path: the volume is away'}</p>
      <Sources sources={got.sources} />
    </aside>
  )
}
