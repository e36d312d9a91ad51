// Folders and packs: what they hold, as counts of the present query.
import type { folder_count } from 'loophole'
import { useState } from 'preact/hooks'
import { useCell, useLoaded } from '../base/cell'
import { clean, idBytes, idText, num, pathText } from '../base/format'
import { arrived } from '../items/result'
import { clause, toggleClause, clauses, show, view } from '../base/state'
import { read } from '../connection/wire'

interface Count {
  value: string
  count: number
}

function useCounts(facet: string): Count[] | undefined {
  const query = useCell(view, of => of.query)
  const folder = useCell(view, of => of.folder)
  const scope = useCell(view, of => of.scope)
  const [counts, setCounts] = useState<Count[]>()
  useLoaded(
    signal =>
      read('search.query', { query, folder: idBytes(folder), view: scope, limit: 0, facets: [facet] }, signal).then(
        got => setCounts((got.facets ?? []).map(one => ({ value: one.value, count: num(one.count) }))),
      ),
    arrived,
    [query, folder, scope, facet],
  )
  return counts
}

export function Packs() {
  const counts = useCounts('pack')
  const words = clauses(useCell(view, of => of.query))
  const most = Math.max(1, ...(counts ?? []).map(one => one.count))
  return (
    <section aria-label="Packs" tabIndex={0}>
      <h2>Packs</h2>
      <ul>
        {(counts ?? [])
          .filter(one => one.value)
          .map(one => {
            const text = clause('pack', one.value)
            return (
              <li key={one.value}>
                <button aria-pressed={words.includes(text)} onClick={() => toggleClause(text)}>
                  <span>{clean(one.value)}</span>
                  <meter min={0} max={most} value={one.count} aria-label={`${one.value}: ${one.count}`} />
                  <span class="count">{one.count.toLocaleString('en')}</span>
                </button>
              </li>
            )
          })}
      </ul>
    </section>
  )
}

/** The last part of a path; of a library's, its last two. */
const shortName = (name: string) => (name.startsWith('/') ? name.split('/').filter(Boolean).slice(-2).join('/') : name)

function Folder({ of, query }: { of: folder_count; query: string }) {
  const chosen = useCell(view, of => of.folder)
  const [open, setOpen] = useState(false)
  const id = idText(of.id),
    name = pathText(of.name)
  const isDeep = num(of.items) > num(of.here)
  return (
    <li>
      <div class="folder">
        {isDeep ? (
          <button class="twist" aria-expanded={open} aria-label={`Folders in ${name}`} onClick={() => setOpen(!open)}>
            {open ? '▾' : '▸'}
          </button>
        ) : (
          <span />
        )}
        <button
          aria-pressed={chosen === id}
          title={name}
          onClick={() => show({ folder: chosen === id ? '' : id, at: '' })}
        >
          <span>{shortName(name)}</span>
          <span class="count">{num(of.items).toLocaleString('en')}</span>
        </button>
      </div>
      {open && isDeep && <Below folder={id} query={query} />}
    </li>
  )
}

/** The folders in a folder with the items of the query below them. A press on a name limits the result to the
 * folder. */
function Below({ folder, query }: { folder?: string; query: string }) {
  const [each, setEach] = useState<folder_count[]>()
  useLoaded(
    signal =>
      read('search.folders', { query, folder: folder ? idBytes(folder) : undefined }, signal).then(got =>
        setEach(got.each ?? []),
      ),
    arrived,
    [folder, query],
  )
  return (
    <ul>
      {(each ?? []).map(one => (
        <Folder key={idText(one.id)} of={one} query={query} />
      ))}
    </ul>
  )
}

export function Folders() {
  const query = useCell(view, of => of.query)
  return (
    <section aria-label="Folders" tabIndex={0}>
      <h2>Folders</h2>
      <Below query={query} />
    </section>
  )
}
