// The waveforms of the result as a grid of tiles.
import type { item } from 'loophole'
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import { awayOf } from '../items/away'
import { kept, useCell } from '../base/cell'
import { clean, factText, idText, lengthText, seconds } from '../base/format'
import { hearFrom } from '../sound/hear'
import { clickRow, goTo, listKey, row as rowCell, settleRow } from '../items/list'
import { Nothing } from './nothing'
import { arrived, itemAt, look, result } from '../items/result'
import { useRows } from '../base/rows'
import { selected, set, settings, view } from '../base/state'
import { WaveCanvas } from '../sound/wavecanvas'

const TILE = 116
const WIDE = 220

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

export function Tiles() {
  const total = useCell(result, of => of.total)
  const at = useCell(rowCell)
  useCell(arrived)
  const { spectral, bright } = useCell(settings)
  const [across, setAcross] = useState(4)
  const rows = useRows(Math.ceil((total ?? 0) / across), TILE)
  const first = rows.first * across
  const last = Math.min((total ?? 0) - 1, (rows.first + rows.count) * across - 1)

  useLayoutEffect(() => {
    // before the first tiles are painted, so that they do not move
    const measure = () => {
      if (rows.ref.current) setAcross(Math.max(1, Math.floor(rows.ref.current.clientWidth / WIDE)))
    }
    const watch = new ResizeObserver(measure)
    measure()
    watch.observe(rows.ref.current!)
    return () => watch.disconnect()
  }, [])
  useEffect(() => {
    look(first, Math.max(first, last))
  }, [first, last, total])
  useEffect(settleRow)
  useEffect(() => {
    if (at >= 0) rows.reveal(Math.floor(at / across))
  }, [at])

  return (
    <div class="tilebox">
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
      <div
        class="tiles"
        role="listbox"
        aria-label="Waveforms; arrow keys play"
        aria-multiselectable
        tabIndex={0}
        data-list
        ref={rows.ref}
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
