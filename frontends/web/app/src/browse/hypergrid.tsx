// The hypergrid: how many items of the query have each pair of two qualities. A press adds both to the query.
import { useEffect, useState } from 'preact/hooks'
import { useCell, useLoaded } from '../base/cell'
import { clean, counted, lengthText, num } from '../base/format'
import { isMove } from '../base/keyboard'
import { Choice } from '../base/labelled'
import { arrived } from '../items/result'
import { clause, joined, show, view } from '../base/state'
import { read } from '../connection/wire'

const QUALITIES = ['class', 'family', 'key', 'pack', 'tag', 'genre', 'artist', 'container', 'origin', 'kind']
const MOST = 24
const NAMED = 8 // of the items of a cell
const LOOK_MS = 150 // the pointer that only passes over a cell asks nothing

interface Grid {
  rows: string[]
  across: string[]
  counts: Map<string, number>
  query: string
  of: string
}
interface Place {
  row: string
  column: string
}

const keyOf = ({ row, column }: Place) => `${row}\n${column}`

async function gridOf(query: string, rows: string, columns: string, signal: AbortSignal): Promise<Grid> {
  const got = await read('search.grid', { query, rows, columns, limit: MOST }, signal)
  const down = got.rows ?? [],
    across = got.columns ?? []
  const counts = new Map(
    (got.cells ?? []).map(one => [
      keyOf({ row: down[num(one.row)]!, column: across[num(one.column)]! }),
      num(one.count),
    ]),
  )
  return { rows: down.filter(Boolean), across: across.filter(Boolean), counts, query, of: `${rows} ${columns}` }
}

/** What the cell under the pointer, or the one with the keyboard, holds. */
function Holds({ query, title }: { query: string | undefined; title: string }) {
  const [text, setText] = useState('')
  useEffect(() => {
    setText('')
    if (query === undefined) return
    const control = new AbortController()
    const look = () =>
      read('search.query', { query, sort: 'name', limit: NAMED }, control.signal).then(
        got => {
          const names = (got.items ?? []).map(one => clean(one.media.name)),
            total = num(got.total)
          const more = total > names.length ? ', …' : ''
          setText(`${counted(total, 'item')}, ${lengthText(got.seconds)}: ${names.join(', ')}${more}`)
        },
        () => undefined,
      )
    const timer = setTimeout(look, LOOK_MS)
    return () => {
      clearTimeout(timer)
      control.abort()
    }
  }, [query])
  return (
    <output class="holds" aria-label="What the cell holds">
      {query === undefined ? (
        <span class="quiet">Point at a number, or go to it with the arrow keys, to see its items.</span>
      ) : (
        <>
          <b>{clean(title)}</b> {text}
        </>
      )}
    </output>
  )
}

/** The next cell with items in this direction. */
function neighbour({ rows, across, counts }: Grid, at: Place, key: string): Place | undefined {
  const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key]
  if (!way) return undefined
  for (
    let row = rows.indexOf(at.row) + way[0]!, column = across.indexOf(at.column) + way[1]!;
    rows[row] && across[column];
    row += way[0]!, column += way[1]!
  ) {
    const place = { row: rows[row]!, column: across[column]! }
    if (counts.has(keyOf(place))) return place
  }
  return undefined
}

interface Chosen {
  point: (at: Place | undefined) => void
  reach: (at: Place | undefined) => void
  choose: (at: Place) => void
}

interface CountProps extends Chosen {
  of: Place
  count: number
  part: number // of the greatest count
  isReached: boolean
}

/** A number of items. Tab reaches it if it `isReached`. */
const Count = ({ of, count, part, isReached, point, reach, choose }: CountProps) => (
  <button
    data-cell={keyOf(of)}
    tabIndex={isReached ? 0 : -1}
    style={{ '--part': `${Math.round(15 + 45 * Math.sqrt(part))}%` }}
    aria-label={`${of.row}, ${of.column}: ${count}`}
    onFocus={() => reach(of)}
    onBlur={() => reach(undefined)}
    onPointerEnter={() => point(of)}
    onPointerLeave={() => point(undefined)}
    onClick={() => choose(of)}
  >
    {count}
  </button>
)

/** One cell is reached by Tab; the arrow keys go to the others. */
function Counts({ grid, caption, point, reach, choose }: Chosen & { grid: Grid; caption: string }) {
  const [at, setAt] = useState<Place>()
  const { rows, across, counts } = grid,
    most = Math.max(1, ...counts.values())
  const places = rows.flatMap(row => across.map(column => ({ row, column }))).filter(one => counts.has(keyOf(one)))
  const reached = at && counts.has(keyOf(at)) ? at : places[0]
  const onKeyDown = (event: KeyboardEvent) => {
    const next = reached && neighbour(grid, reached, event.key)
    if (!next) return
    event.preventDefault()
    ;(event.currentTarget as HTMLElement)
      .querySelector<HTMLElement>(`[data-cell="${CSS.escape(keyOf(next))}"]`)
      ?.focus()
  }
  const onReach = (of: Place | undefined) => {
    if (of) setAt(of)
    reach(of)
  }
  const cell = (of: Place) => {
    const count = counts.get(keyOf(of)) ?? 0
    const isReached = reached !== undefined && keyOf(reached) === keyOf(of)
    return count === 0 ? null : (
      <Count {...{ of, count, part: count / most, isReached, point, reach: onReach, choose }} />
    )
  }
  return (
    <table onKeyDown={onKeyDown}>
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          <td />
          {across.map(name => (
            <th key={name} scope="col">
              {clean(name)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={row}>
            <th scope="row">{clean(row)}</th>
            {across.map(column => (
              <td key={column}>{cell({ row, column })}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** An arrow key that comes from no part of the mode goes to the cell that Tab would reach. */
function goToCell(event: KeyboardEvent) {
  ;(event.currentTarget as HTMLElement).querySelector<HTMLElement>('[data-cell][tabindex="0"]')?.focus()
  event.stopPropagation()
}

export function Hypergrid() {
  const { query, rows, across } = useCell(view)
  const [grid, setGrid] = useState<Grid>()
  const [pointed, point] = useState<Place>()
  const [reached, reach] = useState<Place>()
  const at = pointed ?? reached
  useLoaded(signal => gridOf(query, rows, across, signal).then(setGrid), arrived, [query, rows, across])
  const shown = grid && grid.query === query && grid.of === `${rows} ${across}` ? grid : undefined
  const queryOf = ({ row, column }: Place) => joined(joined(query, clause(rows, row)), clause(across, column))
  // the counts are those of all folders and views
  const choose = (of: Place) => show({ query: queryOf(of), folder: '', scope: 'combined', mode: 'table' })
  return (
    <main
      class="hypergrid"
      tabIndex={-1}
      onKeyDown={event => {
        if (event.target === event.currentTarget && isMove(event)) goToCell(event)
      }}
    >
      <h1 class="unseen">Hypergrid</h1>
      <p class="buttons">
        <Choice label="Rows" value={rows} of={QUALITIES} put={value => show({ rows: value })} />
        <Choice label="Columns" value={across} of={QUALITIES} put={value => show({ across: value })} />
        <Holds query={shown && at && queryOf(at)} title={at ? `${at.row}, ${at.column}:` : ''} />
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Counts">
        {shown && (
          <Counts grid={shown} caption={`Items by ${rows} and ${across}`} point={point} reach={reach} choose={choose} />
        )}
      </div>
    </main>
  )
}
