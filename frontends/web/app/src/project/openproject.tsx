// The open project: its clips by track, role or section, and its sounds that are missing.
import type { item, project_line } from 'loophole'
import { useState } from 'preact/hooks'
import { clean, idText, num } from '../base/format'
import { show } from '../base/state'
import { usePolled } from '../connection/polled'
import { ask } from '../connection/wire'
import { awayOf, awayWord } from '../items/away'
import { stepOfProject } from '../items/edits'
import { goToItem } from '../items/list'
import { showRegions } from '../loops/regionpanel'
import { Keep } from './keep'
import { BY, groupsOf, numberOf, readPart, wordOf, type By, type Part } from './parts'

const ITEMS_A_PAGE = 1000

function Clip({ of, items }: { of: Part; items: Map<string, item> }) {
  const id = String(of.body.item ?? of.body.media_id ?? '')
  const known = items.get(id)
  const away = known && awayOf(known)
  return (
    <li class={away || (!known && id) ? 'missing' : ''}>
      <button disabled={!known} onClick={() => goToItem(id)}>
        <span>
          {known ? clean(known.media.name) : id ? 'not in the catalogue' : 'no sound'}
          {away && <em> {awayWord(away)}</em>}
        </span>
        <span class="count">{numberOf(of, 'start')}</span>
      </button>
      {id && (
        <button
          class="link"
          aria-label={`Regions of ${wordOf(of, 'name') || known?.media.name || of.id}`}
          onClick={() => showRegions(of.id)}
        >
          Regions
        </button>
      )}
    </li>
  )
}

/** All items that the project uses, also those that a result leaves out: hidden ones, and takes that are recorded or
 * were given up. */
async function loadItems(project: string): Promise<Map<string, item>> {
  const query = 'is:hidden or -is:hidden or is:pending or is:abandoned'
  const items = new Map<string, item>()
  for (let cursor = ''; ; ) {
    const page = await ask('search.query', { query, view: 'project', project, limit: ITEMS_A_PAGE, cursor }, 5000)
    for (const one of page.items ?? []) items.set(idText(one.media.id), one)
    if (!page.cursor) return items
    cursor = page.cursor
  }
}

/** The sounds of the project that cannot be read; `count` has also those that are not in the catalogue. */
function Away({ of, count }: { of: item[]; count: number }) {
  return (
    <details open>
      <summary>
        Missing or offline <span class="count">{Math.max(of.length, count)}</span>
      </summary>
      <ul>
        {of.map(one => (
          <li key={idText(one.media.id)} class="missing">
            <button onClick={() => goToItem(idText(one.media.id))}>
              <span>
                {clean(one.media.name)} <em>{awayWord(awayOf(one)!)}</em>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  )
}

function Clips({ parts, items }: { parts: Part[]; items: Map<string, item> }) {
  const [by, setBy] = useState<By>('track')
  return (
    <>
      <p class="buttons" role="group" aria-label="Group by">
        {BY.map(name => (
          <button key={name} aria-pressed={by === name} onClick={() => setBy(name)}>
            By {name}
          </button>
        ))}
      </p>
      {!parts.some(one => ['clip', 'track', 'section'].includes(one.kind)) && (
        <p class="quiet">It has no tracks, sections or clips yet.</p>
      )}
      {groupsOf(parts, by).map(group => (
        <details key={group.name} open>
          <summary>
            {group.name} {group.note && <small>{group.note}</small>} <span class="count">{group.clips.length}</span>
          </summary>
          <ul>
            {group.clips.map(clip => (
              <Clip key={clip.id} of={clip} items={items} />
            ))}
          </ul>
        </details>
      ))}
    </>
  )
}

export function OpenProject({ of, again }: { of: project_line; again: () => void }) {
  const project = idText(of.id)
  const [got] = usePolled(() => ask('project.show', { project }, 5000), 3000, [project, num(of.revision)])
  const [items] = usePolled(() => loadItems(project), 3000, [project])
  if (!got || !items) return null
  const away = [...items.values()].filter(one => awayOf(one))
  return (
    <section aria-label={`Open project ${clean(of.name)}`}>
      <h3>
        {clean(of.name)}: {of.bpm} BPM{of.key && `, ${clean(of.key)}`}
      </h3>
      <p class="buttons">
        <button onClick={() => stepOfProject(true).then(again)}>Undo</button>
        <button onClick={() => stepOfProject(false).then(again)}>Redo</button>
        <button onClick={() => show({ scope: 'project' })}>Only its sounds</button>
      </p>
      <Keep of={of} again={again} />
      {(away.length > 0 || num(of.missing) > 0) && <Away of={away} count={num(of.missing) + num(of.offline)} />}
      <Clips parts={(got.each ?? []).map(readPart)} items={items} />
    </section>
  )
}
