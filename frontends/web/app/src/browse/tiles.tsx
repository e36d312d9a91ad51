// The waveforms of the result as a grid of tiles.
import type { item } from 'loophole'
import { useRef } from 'preact/hooks'
import { awayOf } from '../items/away'
import { kept, useCell } from '../base/cell'
import { clean, factText, idText, lengthText, seconds } from '../base/format'
import { hearFrom } from '../sound/hear'
import { clickRow, goTo, listKey } from '../items/list'
import { Nothing } from './nothing'
import { itemAt, result } from '../items/result'
import { useItemsShown } from '../items/shown'
import { useRows, useWidth } from '../base/rows'
import { selected, set, settings, view } from '../base/state'
import { WaveCanvas } from '../sound/wavecanvas'

const TILE = 116
const WIDE = 220
const WIDE_AT_FIRST = 4 * WIDE

const Tile = kept(({ of, index }: { of: item | undefined; index: number }) => {
  const id = of ? idText(of.media.id) : ''
  const at = useCell(view, now => id !== '' && now.at === id)
  const chosen = useCell(selected, ids => ids.has(id))
  if (!of)
    return (
      <div class="tile loading" role="option" aria-selected={false}>
        …
      </div>
    )
  return (
    <div
      role="option"
      id={`tile-${index}`}
      aria-selected={at || chosen}
      data-id={id}
      class={`tile ${at ? 'at' : ''} ${chosen ? 'chosen' : ''} ${awayOf(of) ?? ''}`}
      onClick={event => clickRow(event, index, id)}
    >
      <WaveCanvas
        of={of}
        onPart={part => {
          goTo(index, false, false)
          hearFrom(of, part)
        }}
      />
      <strong>{clean(of.media.name)}</strong>
      <small>
        {factText(of, 'class')} · {lengthText(seconds(of))} {factText(of, 'key')}
      </small>
    </div>
  )
})

/** What the tiles show of each sound. */
function Shown() {
  const { spectral, bright } = useCell(settings)
  return (
    <p class="buttons" role="group" aria-label="Shown as">
      <button aria-pressed={!spectral && !bright} onClick={() => set({ spectral: false, bright: false })}>
        Waveforms
      </button>
      <button
        aria-pressed={!spectral && bright}
        title="Deep sounds are red, bright ones blue"
        onClick={() => set({ spectral: false, bright: true })}
      >
        By brightness
      </button>
      <button aria-pressed={spectral} onClick={() => set({ spectral: true })}>
        Spectrograms
      </button>
    </p>
  )
}

export function Tiles() {
  const total = useCell(result, of => of.total) ?? 0
  const box = useRef<HTMLDivElement>(null)
  const across = Math.max(1, Math.floor(useWidth(box, WIDE_AT_FIRST) / WIDE))
  const rows = useRows(Math.ceil(total / across), TILE, box)
  const first = rows.first * across
  const last = Math.min(total - 1, (rows.first + rows.count) * across - 1)
  const at = useItemsShown(first, last, row => rows.reveal(Math.floor(row / across)))
  return (
    <div class="tilebox">
      <Shown />
      <div
        class="tiles"
        role="listbox"
        aria-label="Waveforms; arrow keys play"
        aria-multiselectable
        tabIndex={0}
        data-list
        ref={box}
        aria-activedescendant={at >= first && at <= last ? `tile-${at}` : undefined}
        onScroll={rows.onScroll}
        onWheel={rows.onWheel}
        onKeyDown={event => {
          if (listKey(event, across, 4)) event.stopPropagation()
        }}
      >
        <div role="presentation" style={{ height: `${rows.height}px` }}>
          <div
            role="presentation"
            class="tilerows"
            style={{ top: `${rows.top}px`, gridTemplateColumns: `repeat(${across}, 1fr)` }}
          >
            {Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (
              <Tile key={first + i} of={itemAt(first + i)} index={first + i} />
            ))}
          </div>
        </div>
      </div>
      <Nothing />
    </div>
  )
}
