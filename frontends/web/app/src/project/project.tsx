// Where items are used: each context, its roles and sections with their items.
import type { used_in } from 'loophole'
import { useState } from 'preact/hooks'
import { useCell, useLoaded } from '../base/cell'
import { clean, idText } from '../base/format'
import { goTo, goToItem } from '../items/list'
import { Projects } from './projects'
import { arrived, rowOf } from '../items/result'
import { clause, clauses, toggleClause, view } from '../base/state'
import { Table } from '../browse/table'
import { read } from '../connection/wire'

const MOST = 500

interface Use {
  of: used_in
  id: string
  name: string
}

/** The uses of the first items of the query that any context uses. */
async function loadUses(query: string, signal: AbortSignal): Promise<{ uses: Use[]; more: boolean }> {
  const page = await read('search.query', { query: `${query ? `(${query}) ` : ''}-unused`, limit: MOST }, signal)
  const all = await Promise.all((page.items ?? []).map(one => read('search.get', { id: one.media.id }, signal)))
  const uses = all.flatMap(got =>
    (got.used_in ?? [])
      .filter(of => !of.copy)
      .map(of => ({ of, id: idText(got.item.media.id), name: got.item.media.name })),
  )
  return { uses, more: page.cursor !== '' }
}

function grouped(uses: Use[], key: (use: Use) => string): [string, Use[]][] {
  const groups = new Map<string, Use[]>()
  for (const use of uses) groups.set(key(use), [...(groups.get(key(use)) ?? []), use])
  return [...groups].sort((a, b) => (a[0] < b[0] ? -1 : 1))
}

const place = (use: Use) => [use.of.role, use.of.section].filter(Boolean).join(' · ') || 'no role'

function choose(id: string) {
  const at = rowOf(id)
  if (at >= 0) goTo(at)
  else goToItem(id)
}

export function Project() {
  const query = useCell(view, of => of.query)
  const [got, setGot] = useState<{ uses: Use[]; more: boolean }>()
  const words = clauses(query)
  useLoaded(signal => loadUses(query, signal).then(setGot), arrived, [query])
  return (
    <div class="library two">
      <div class="packs halves">
        <Projects />
        <section aria-label="Contexts" tabIndex={0}>
          <h2>Contexts</h2>
          {got && !got.uses.length && (
            <p class="quiet">No context uses an item of this query. `loophole use` records a use.</p>
          )}
          {got?.more && <p class="quiet">The contexts of the first {MOST} items.</p>}
          {grouped(got?.uses ?? [], use => use.of.name).map(([name, uses]) => (
            <details key={name} open>
              <summary>
                {clean(name)} <span class="count">{new Set(uses.map(use => use.id)).size}</span>
              </summary>
              <p class="buttons">
                <button
                  aria-pressed={words.includes(clause('used', name))}
                  onClick={() => toggleClause(clause('used', name))}
                >
                  Only this context
                </button>
              </p>
              {grouped(uses, place).map(([where, those]) => (
                <div key={where}>
                  <h3>{clean(where)}</h3>
                  <ul>
                    {those.map(use => (
                      <li key={use.id}>
                        <button onClick={() => choose(use.id)}>{clean(use.name)}</button>
                      </li>
                    ))}
                  </ul>
                </div>
              ))}
            </details>
          ))}
        </section>
      </div>
      <main>
        <h1 class="unseen">Project</h1>
        <Table />
      </main>
    </div>
  )
}
