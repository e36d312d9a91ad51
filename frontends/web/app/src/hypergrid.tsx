// The hypergrid: how many items of the query have each pair of two qualities. A press adds both to the query.
import { useState } from 'preact/hooks'
import { useCell, useLoaded } from './cell'
import { clean, num } from './format'
import { arrived } from './result'
import { clause, joined, show, view } from './state'
import { read } from './wire'

const QUALITIES = ['class', 'family', 'key', 'pack', 'tag', 'genre', 'artist', 'container', 'origin', 'kind']
const MOST = 24

interface Grid { rows: string[]; across: string[]; counts: Map<string, number>; query: string; of: string }

async function gridOf(query: string, rows: string, columns: string, signal: AbortSignal): Promise<Grid> {
  const got = await read('search.grid', { query, rows, columns, limit: MOST }, signal)
  const down = got.rows ?? [], across = got.columns ?? []
  const counts = new Map((got.cells ?? []).map(one => [`${down[num(one.row)]}\n${across[num(one.column)]}`, num(one.count)]))
  return { rows: down.filter(Boolean), across: across.filter(Boolean), counts, query, of: `${rows} ${columns}` }
}

function Choice({ label, value, put }: { label: string; value: string; put: (value: string) => void }) {
  return (
    <label>{label} <select value={value} onChange={event => put(event.currentTarget.value)}>
      {QUALITIES.map(name => <option key={name}>{name}</option>)}
    </select></label>
  )
}

export function Hypergrid() {
  const { query, rows, across } = useCell(view)
  const [grid, setGrid] = useState<Grid>()
  useLoaded(signal => gridOf(query, rows, across, signal).then(setGrid), arrived, [query, rows, across])
  const shown = grid && grid.query === query && grid.of === `${rows} ${across}` ? grid : undefined
  const most = shown ? Math.max(1, ...shown.counts.values()) : 1
  const choose = (row: string, column: string) => // the counts are those of all folders and views
    show({ query: joined(joined(query, clause(rows, row)), clause(across, column)), folder: '', scope: 'combined', mode: 'table' })
  return (
    <main class="hypergrid" tabIndex={-1}>
      <h1 class="unseen">Hypergrid</h1>
      <p class="buttons">
        <Choice label="Rows" value={rows} put={value => show({ rows: value })} />
        <Choice label="Columns" value={across} put={value => show({ across: value })} />
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Counts">
        {shown && (
          <table>
            <caption class="unseen">Items by {rows} and {across}</caption>
            <thead><tr><td />{shown.across.map(name => <th key={name} scope="col">{clean(name)}</th>)}</tr></thead>
            <tbody>
              {shown.rows.map(row => (
                <tr key={row}><th scope="row">{clean(row)}</th>
                  {shown.across.map(column => {
                    const count = shown.counts.get(`${row}\n${column}`) ?? 0
                    return (
                      <td key={column}>{count > 0 && (
                        <button style={{ '--part': `${Math.round(15 + 45 * Math.sqrt(count / most))}%` }} aria-label={`${row}, ${column}: ${count}`}
                          onClick={() => choose(row, column)}>{count}</button>
                      )}</td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </main>
  )
}
