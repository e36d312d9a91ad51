// The table: rows of the result, of which those on the screen exist; columns chosen and sorted.
import type { item } from 'loophole'
import { useMemo, useRef, useState } from 'preact/hooks'
import { awayOf } from '../items/away'
import { kept, useCell } from '../base/cell'
import { factText, idText, sourceOf } from '../base/format'
import { hear, hearFrom } from '../sound/hear'
import { dragged, dragItem } from '../kit/paddrop'
import { clickRow, goTo, listKey, toggleSelected } from '../items/list'
import { Nothing } from './nothing'
import { itemAt, result } from '../items/result'
import { useItemsShown } from '../items/shown'
import { useRows, useWidth } from '../base/rows'
import { COLUMNS, fitting, leastOfAll } from './columns'
import { selected, show, view } from '../base/state'
import { classColour } from '../base/theme'
import { WaveCanvas } from '../sound/wavecanvas'

const ROW = 32

function Heads({ columns }: { columns: string[] }) {
  const sort = useCell(view, of => of.sort)
  return (
    <div class="heads" role="row" aria-rowindex={1}>
      <span role="columnheader" class="mark">
        <span class="unseen">Selected</span>
      </span>
      <span role="columnheader">Wave</span>
      {columns.map(name => {
        const column = COLUMNS[name]!
        const way =
          column.sort && sort === column.sort ? 'ascending' : sort === `-${column.sort}` ? 'descending' : 'none'
        const next = way === 'ascending' ? `-${column.sort}` : way === 'descending' ? '' : column.sort!
        return (
          <span
            key={name}
            role="columnheader"
            aria-sort={column.sort ? way : undefined}
            class={column.number ? 'number' : ''}
          >
            {column.sort ? (
              <button class="head" onClick={() => show({ sort: next })}>
                {column.title}
                {way === 'ascending' ? ' ▲' : way === 'descending' ? ' ▼' : ''}
              </button>
            ) : (
              column.title
            )}
          </span>
        )
      })}
    </div>
  )
}

const Row = kept(
  ({ of, index, top, columns }: { of: item | undefined; index: number; top: number; columns: string[] }) => {
    const id = of ? idText(of.media.id) : ''
    const at = useCell(view, now => id !== '' && now.at === id)
    const chosen = useCell(selected, ids => ids.has(id))
    if (!of)
      return (
        <div role="row" aria-rowindex={index + 2} class="row loading" style={{ top: `${top}px` }}>
          <span role="gridcell">…</span>
        </div>
      )
    const away = awayOf(of)
    return (
      <div
        role="row"
        id={`row-${index}`}
        aria-rowindex={index + 2}
        aria-selected={at || chosen}
        data-id={id}
        class={`row ${at ? 'at' : ''} ${chosen ? 'chosen' : ''} ${away ?? ''}`}
        style={{ top: `${top}px` }}
        onClick={event => clickRow(event, index, id)}
        onDblClick={() => hear(of)}
        draggable
        onDragStart={event => {
          event.dataTransfer?.setData('DownloadURL', `audio/x-wav:${of.media.name}:${location.origin}/media/${id}`)
          dragItem(event, of)
        }}
        onDragEnd={() => dragged.set(undefined)}
      >
        <span
          role="gridcell"
          class="mark"
          title="Select or unselect"
          onClick={event => {
            event.stopPropagation()
            toggleSelected(id)
          }}
        >
          {chosen ? '☑' : of.media.favourite ? '♥' : of.media.hidden ? '◌' : ''}
        </span>
        <span role="gridcell" class="wave">
          <WaveCanvas
            plain
            of={of}
            onPart={part => {
              goTo(index, false, false)
              hearFrom(of, part)
            }}
          />
        </span>
        {columns.map(name => (
          <span
            key={name}
            role="gridcell"
            class={COLUMNS[name]!.number ? 'number' : ''}
            title={COLUMNS[name]!.source ? sourceOf(of, COLUMNS[name]!.source!) : COLUMNS[name]!.text(of)}
          >
            {name === 'name' && factText(of, 'colour') && (
              <i class={`dot ${factText(of, 'colour')}`} role="img" aria-label={factText(of, 'colour')} />
            )}
            {name === 'class' && <i class="class" style={{ background: classColour(factText(of, 'class')) }} />}
            {COLUMNS[name]!.text(of)}
            {name === 'name' && away && <em> {away}</em>}
          </span>
        ))}
      </div>
    )
  },
)

function ColumnChoice({ columns }: { columns: string[] }) {
  return (
    <details class="choice">
      <summary>Columns</summary>
      <div>
        {Object.entries(COLUMNS).map(([name, column]) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={columns.includes(name)}
              disabled={name === 'name'}
              onChange={() =>
                show({ columns: columns.includes(name) ? columns.filter(one => one !== name) : [...columns, name] })
              }
            />{' '}
            {column.title}
          </label>
        ))}
      </div>
    </details>
  )
}

/** The rows of the result, as every list shows them. */
export function Table() {
  const chosen = useCell(view, of => of.columns)
  const total = useCell(result, of => of.total)
  const box = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const columns = useMemo(() => fitting(chosen, width), [chosen, width])
  const rows = useRows(total ?? 0, ROW, list)
  const [focus, setFocus] = useState(false)
  const last = rows.first + rows.count - 1
  const at = useItemsShown(rows.first, last, row => focus && rows.reveal(row))
  const template = {
    '--least': `${leastOfAll(columns)}rem`,
    '--columns': `1.4rem minmax(7rem,4fr) ${columns.map(name => COLUMNS[name]!.wide).join(' ')}`,
  }
  return (
    <div class="table" style={template} ref={box}>
      <ColumnChoice columns={chosen} />
      <div class="grid">
        <div role="rowgroup" id="heads">
          <Heads columns={columns} />
        </div>
        <div
          role="grid"
          aria-owns="heads"
          aria-rowcount={(total ?? 0) + 1}
          aria-multiselectable
          class="rows"
          ref={list}
          tabIndex={0}
          data-list
          aria-label="Items; arrow keys play"
          aria-activedescendant={at >= rows.first && at <= last ? `row-${at}` : undefined}
          onScroll={rows.onScroll}
          onWheel={rows.onWheel}
          onFocus={() => setFocus(true)}
          onBlur={() => setFocus(false)}
          onKeyDown={event => {
            if (listKey(event)) event.stopPropagation()
          }}
        >
          <div role="presentation" style={{ height: `${rows.height}px` }}>
            {Array.from({ length: rows.count }, (_, i) => (
              <Row
                key={rows.first + i}
                of={itemAt(rows.first + i)}
                index={rows.first + i}
                top={rows.top + i * ROW}
                columns={columns}
              />
            ))}
          </div>
        </div>
      </div>
      <Nothing />
    </div>
  )
}
