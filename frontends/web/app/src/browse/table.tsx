// The table: rows of the result, of which those on the screen exist; columns chosen and sorted; facets beside it.
import type { item } from 'loophole'
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { awayOf } from '../items/away'
import { kept, useCell } from '../base/cell'
import { clean, factOf, factText, idText, lengthText, pathText, bytesText, num, seconds } from '../base/format'
import { hear, hearFrom } from '../sound/hear'
import { dragged, dragItem } from '../kit/paddrop'
import { clickRow, goTo, listKey, row as rowCell, settleRow, toggleSelected } from '../items/list'
import { Nothing } from './nothing'
import { Ranges } from './ranges'
import { arrived, itemAt, look, result } from '../items/result'
import { useRows } from '../base/rows'
import { clause, clauses, selected, show, START, toggleClause, view } from '../base/state'
import { classColour } from '../base/theme'
import { WaveCanvas } from '../sound/wavecanvas'

const ROW = 32

interface Column {
  title: string
  sort?: string
  wide: string
  text: (of: item) => string
  source?: string
  number?: boolean
}

const rounded = (of: item, name: string, digits: number) => factOf(of, name)?.number?.toFixed(digits) ?? ''

export const COLUMNS: Record<string, Column> = {
  name: { title: 'Name', sort: 'name', wide: 'minmax(11.5rem,4fr)', text: of => clean(of.media.name) },
  class: {
    title: 'Class',
    sort: 'class',
    wide: 'minmax(5.9rem,1fr)',
    text: of => factText(of, 'class'),
    source: 'class',
  },
  bpm: { title: 'BPM', sort: 'bpm', wide: '3.6rem', text: of => rounded(of, 'bpm', 1), source: 'bpm', number: true },
  key: { title: 'Key', sort: 'key', wide: '3.6rem', text: of => factText(of, 'key'), source: 'key' },
  length: { title: 'Length', sort: 'duration_s', wide: '4.2rem', text: of => lengthText(seconds(of)), number: true },
  lufs: {
    title: 'LUFS',
    sort: 'lufs',
    wide: '3.4rem',
    text: of => rounded(of, 'lufs', 1),
    source: 'lufs',
    number: true,
  },
  rating: {
    title: 'Rating',
    wide: '5rem',
    text: of => '★'.repeat(Math.max(0, Math.min(5, factOf(of, 'rating')?.number ?? 0))),
  },
  colour: { title: 'Colour', sort: 'colour', wide: '4.5rem', text: of => factText(of, 'colour'), source: 'colour' },
  tags: { title: 'Tags', wide: 'minmax(2.6rem,2fr)', text: of => (of.media.tags ?? []).map(clean).join(' ') },
  pack: { title: 'Pack', sort: 'pack', wide: 'minmax(4.5rem,2fr)', text: of => clean(of.media.pack) },
  title: { title: 'Title', wide: 'minmax(6rem,2fr)', text: of => clean(factText(of, 'title')), source: 'title' },
  artist: {
    title: 'Artist',
    sort: 'artist',
    wide: 'minmax(5rem,1fr)',
    text: of => clean(factText(of, 'artist')),
    source: 'artist',
  },
  album: {
    title: 'Album',
    sort: 'album',
    wide: 'minmax(5rem,1fr)',
    text: of => clean(factText(of, 'album')),
    source: 'album',
  },
  genre: {
    title: 'Genre',
    sort: 'genre',
    wide: 'minmax(5rem,1fr)',
    text: of => clean(factText(of, 'genre')),
    source: 'genre',
  },
  path: { title: 'Path', wide: 'minmax(10rem,4fr)', text: of => pathText(of.path) },
  size: { title: 'Size', wide: '6rem', text: of => bytesText(num(of.media.size)), number: true },
  format: {
    title: 'Format',
    sort: 'format',
    wide: '7rem',
    text: of => `${of.media.container} ${of.media.sample_format}`,
  },
  score: {
    title: 'Near',
    wide: '5rem',
    text: of => of.distance?.toFixed(3) ?? of.score?.toFixed(1) ?? '',
    number: true,
  },
}

/** The source of a fact, for a person who wonders where a value comes from. */
export function sourceOf(of: item, attribute: string): string {
  const fact = factOf(of, attribute)
  if (!fact) return ''
  const from = {
    user: 'stated by a person',
    file: 'from the file',
    composer: 'from the composer',
    analysis: 'analysed',
  }[fact.source]
  return fact.source === 'analysis'
    ? `${attribute}: ${from}, ${Math.round(fact.confidence * 100)} % confidence`
    : `${attribute}: ${from}`
}

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

const QUICK: [string, string][] = [
  ['Favourites', 'is:favourite'],
  ['Rated 4 and 5', 'rating:4-5'],
  ['Loops', 'is:loop'],
  ['One-shots', 'is:oneshot'],
  ['Below half a second', 'dur:<0.5s'],
  ['Missing', 'is:missing'],
  ['Hidden', 'is:hidden'],
]

/** The filters that one reaches for most, each a clause of the query. */
function Quick({ words }: { words: string[] }) {
  return (
    <details open>
      <summary>often used</summary>
      <ul>
        {QUICK.map(([title, text]) => (
          <li key={text}>
            <button aria-pressed={words.includes(text)} title={text} onClick={() => toggleClause(text)}>
              <span>{title}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  )
}

export function Facets({ children }: { children: ComponentChildren }) {
  const { facets } = useCell(result)
  const words = clauses(useCell(view, of => of.query))
  const names = [...new Set(facets.map(one => one.facet))]
  return (
    <nav class="facets" aria-label="Facets" tabIndex={0}>
      {children}
      <Quick words={words} />
      <Ranges />
      {names.map(name => (
        <details key={name} open={name === 'class' || name === 'family' || name === 'key'}>
          <summary>{name}</summary>
          <ul>
            {facets
              .filter(one => one.facet === name && one.value)
              .slice(0, 40)
              .map(one => {
                const text = clause(name, one.value)
                return (
                  <li key={one.value}>
                    <button aria-pressed={words.includes(text)} onClick={() => toggleClause(text)}>
                      <span>
                        {name === 'class' && <i class="class" style={{ background: classColour(one.value) }} />}
                        {clean(one.value)}
                      </span>
                      <span class="count">{num(one.count).toLocaleString('en')}</span>
                    </button>
                  </li>
                )
              })}
          </ul>
        </details>
      ))}
    </nav>
  )
}

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

/** The width that a column needs at least, in rem. */
const leastOf = (name: string) => Number(/[\d.]+/.exec(COLUMNS[name]!.wide)![0])
const GAP = 0.8
const leastOfAll = (columns: string[]) => 10 + GAP + columns.reduce((sum, name) => sum + leastOf(name) + GAP, 0)

/** The usual columns without the last ones that a narrow screen has no room for; all that a person chose. */
function fitting(columns: string[], width: number): string[] {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize)
  const fits = [...columns]
  if (columns.join() === START.columns.join()) while (fits.length > 1 && leastOfAll(fits) * rem > width) fits.pop()
  return fits
}

/** The width of an element, known before the first paint. */
function useWidth(ref: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(Infinity)
  useLayoutEffect(() => {
    const measure = () => setWidth(ref.current!.clientWidth)
    const watch = new ResizeObserver(measure)
    measure()
    watch.observe(ref.current!)
    return () => watch.disconnect()
  }, [])
  return width
}

/** The rows of the result, as every list shows them. */
export function Table() {
  const chosen = useCell(view, of => of.columns)
  const total = useCell(result, of => of.total)
  const at = useCell(rowCell)
  useCell(arrived)
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const columns = useMemo(
    () =>
      fitting(
        chosen.filter(name => COLUMNS[name]),
        width,
      ),
    [chosen, width],
  )
  const rows = useRows(total ?? 0, ROW)
  const [focus, setFocus] = useState(false)
  const last = rows.first + rows.count - 1

  useEffect(() => {
    look(rows.first, Math.max(rows.first, last))
  }, [rows.first, last, total])
  useEffect(settleRow)
  useEffect(() => {
    if (at >= 0 && focus) rows.reveal(at)
  }, [at])

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
          ref={rows.ref}
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
