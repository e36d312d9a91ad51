// The projects: open, make, save; the open one by track, role and section; its sounds that are missing.
import type { collected, element, item, project_line } from 'loophole'
import { useState } from 'preact/hooks'
import { awayOf, awayWord } from '../items/away'
import { Bundles } from './bundles'
import { usePolled } from '../connection/polled'
import { stepOfProject } from '../items/edits'
import { bytesText, clean, counted, idText, num, pathText } from '../base/format'
import { goToItem } from '../items/list'
import { ownerless } from '../loops/loops'
import { RecoveryNotice } from './recovery'
import { showRegions } from '../loops/regionpanel'
import { show, say, complain } from '../base/state'
import { ask, isFar } from '../connection/wire'

const BUDGET_MS = 60000
const ITEMS_A_PAGE = 1000

const doing = (promise: Promise<unknown>, text: string) => promise.then(() => say(text), complain)

/** Loops that were captured without an open project are offered by the panel of loops. */
const openProject = (project: string) =>
  ask('project.open', { project, folder: '' as never }, BUDGET_MS).then(line => ownerless.set(num(line.draft_loops)))

function useProjects(): [project_line[] | undefined, () => void, boolean] {
  const [got, again, away] = usePolled(() => ask('project.list', {}, 3000), 3000, [], ['project.changed'])
  return [got && (got.each ?? []), again, away]
}

function NewProject({ again }: { again: () => void }) {
  const [name, setName] = useState('')
  const make = (event: Event) => {
    event.preventDefault()
    doing(
      ask('project.new', { name: name.trim(), folder: '' as never, body: '' }, BUDGET_MS),
      `${name.trim()} is open.`,
    ).then(() => {
      setName('')
      again()
    })
  }
  return (
    <form class="buttons" onSubmit={make}>
      <label>
        Name <input type="text" value={name} maxLength={80} onInput={event => setName(event.currentTarget.value)} />
      </label>
      <button disabled={!name.trim()}>New project</button>
    </form>
  )
}

function Line({ of, again }: { of: project_line; again: () => void }) {
  const id = idText(of.id)
  const saved = num(of.revision) ? `save ${num(of.revision)}` : 'never saved'
  return (
    <li class={of.current ? 'current' : ''} data-project={of.name}>
      <span>
        <strong>{clean(of.name)}</strong>
        {of.dirty && (
          <span class="dirty" title="It differs from its last save">
            {' '}
            ● changed
          </span>
        )}
        <small>
          {saved} · {counted(num(of.items), 'sound')}
          {num(of.missing) > 0 && <em> · {num(of.missing)} missing</em>}
          {num(of.offline) > 0 && ` · ${num(of.offline)} offline`}
          {num(of.altered ?? 0) > 0 && (
            <em title="Their content differs from the last save">
              {' '}
              · {num(of.altered ?? 0)} altered: {(of.altered_items ?? []).map(clean).join(', ')}
            </em>
          )}
          {of.mirror === 'changed' && <em> · its project.json was changed by another program</em>}
          {of.mirror === 'away' && <em> · its folder cannot be read</em>}
        </small>
        <small class="path">{pathText(of.folder)}</small>
      </span>
      <span class="buttons">
        {of.current ? (
          <button
            onClick={() => doing(ask('project.save', { project: id }, BUDGET_MS), `${of.name} is saved.`).then(again)}
          >
            Save
          </button>
        ) : (
          <button onClick={() => doing(openProject(id), `${clean(of.name)} is open.`).then(again)}>Open</button>
        )}
      </span>
    </li>
  )
}

// ---- the open project ----

type Body = Record<string, unknown>
interface Part {
  id: string
  kind: string
  body: Body
}

function readPart(of: element): Part {
  try {
    return { id: idText(of.id), kind: of.kind, body: JSON.parse(of.body) as Body }
  } catch {
    return { id: idText(of.id), kind: of.kind, body: {} }
  }
}

const word = (of: Part | undefined, key: string) =>
  typeof of?.body[key] === 'string' ? clean(of.body[key] as string) : ''
const numberOf = (of: Part, key: string) => (typeof of.body[key] === 'number' ? (of.body[key] as number) : 0)

type By = 'track' | 'role' | 'section'
const BY: By[] = ['track', 'role', 'section']

/** The parts that clips are grouped by, in their own order, and a last group for clips without one. */
function groupsOf(parts: Part[], by: By): { name: string; note: string; clips: Part[] }[] {
  const clips = parts.filter(one => one.kind === 'clip')
  const heads = parts
    .filter(one => one.kind === (by === 'section' ? 'section' : 'track'))
    .sort(
      (a, b) => numberOf(a, by === 'section' ? 'start' : 'order') - numberOf(b, by === 'section' ? 'start' : 'order'),
    )
  const clipsOf = (head: Part) => clips.filter(clip => clip.body[by === 'section' ? 'section' : 'track'] === head.id)
  const left = clips.filter(clip => !heads.some(head => clip.body[by === 'section' ? 'section' : 'track'] === head.id))
  if (by === 'role') {
    const roles = [...new Set(heads.map(head => word(head, 'role')))].sort()
    return [
      ...roles.map(role => {
        const those = heads.filter(head => word(head, 'role') === role)
        return {
          name: role || 'no role',
          note: those.map(one => word(one, 'name')).join(', '),
          clips: those.flatMap(clipsOf),
        }
      }),
      ...(left.length ? [{ name: 'no track', note: '', clips: left }] : []),
    ]
  }
  return [
    ...heads.map(head => ({
      name: word(head, 'name') || 'without a name',
      note: word(head, 'role'),
      clips: clipsOf(head),
    })),
    ...(left.length ? [{ name: `no ${by}`, note: '', clips: left }] : []),
  ]
}

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
          aria-label={`Regions of ${word(of, 'name') || known?.media.name || of.id}`}
          onClick={() => showRegions(of.id)}
        >
          Regions
        </button>
      )}
    </li>
  )
}

/** A copy under another name, going back to a save, and sounds copied into its folder. */
function Keep({ of, again }: { of: project_line; again: () => void }) {
  const [name, setName] = useState('')
  const [back, setBack] = useState('')
  const [found, setFound] = useState<collected>()
  const project = idText(of.id)
  const last = num(of.revision)
  const after = (promise: Promise<string>) => promise.then(say, complain).then(again)
  const saveAs = () =>
    after(
      ask('project.save_as', { project, name: name.trim(), folder: '' as never }, BUDGET_MS).then(line => {
        setName('')
        return `${clean(line.name)} is open and saved.`
      }),
    )
  const load = (revision: number) =>
    after(
      ask('project.load', { project, revision }, BUDGET_MS).then(
        () => `The project is as it was in save ${revision || last}. Undo reverts this.`,
      ),
    )
  const check = () =>
    ask('project.collect', { project, check: true, without_missing: true }, BUDGET_MS).then(setFound, complain)
  const collect = () =>
    after(
      ask('project.collect', { project, without_missing: true }, BUDGET_MS).then(got => {
        setFound(undefined)
        const copied = counted(num(got.copied), 'sound was', 'sounds were')
        return `${copied} copied into ${pathText(got.folder)}; already there: ${num(got.present)}.`
      }),
    )
  return (
    <details class="keep">
      <summary>Copy, go back, collect</summary>
      <form
        class="buttons"
        onSubmit={event => {
          event.preventDefault()
          saveAs()
        }}
      >
        <label>
          New name{' '}
          <input type="text" value={name} maxLength={80} onInput={event => setName(event.currentTarget.value)} />
        </label>
        <button disabled={!name.trim()}>Save as</button>
      </form>
      <form
        class="buttons"
        onSubmit={event => {
          event.preventDefault()
          load(Number(back) || 0)
        }}
      >
        <label>
          Save{' '}
          <input
            type="number"
            min="1"
            max={last}
            value={back}
            placeholder={String(last)}
            disabled={!last}
            onInput={event => setBack(event.currentTarget.value)}
          />
        </label>
        <button disabled={!last}>Go back to it</button>
        {of.mirror === 'changed' && (
          <button
            type="button"
            onClick={() =>
              after(
                ask('project.load', { project, revision: 0, file: true }, BUDGET_MS).then(
                  () => 'The project has the content of its project.json. Undo reverts this.',
                ),
              )
            }
          >
            Load project.json
          </button>
        )}
      </form>
      <p class="buttons">
        <button onClick={check}>What would be collected?</button>
        {found && (
          <button disabled={!num(found.copied)} onClick={collect}>
            Copy {counted(num(found.copied), 'sound')}, {bytesText(num(found.bytes))}
          </button>
        )}
      </p>
      {found && (
        <p>
          Already in its Media: {num(found.present)}.
          {found.without?.length
            ? ` Not copied, because they are missing or offline: ${found.without.length}, such as ` +
              found.without.slice(0, 5).map(clean).join(', ')
            : ''}
        </p>
      )}
    </details>
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

function Open({ of, again }: { of: project_line; again: () => void }) {
  const [by, setBy] = useState<By>('track')
  const [got] = usePolled(() => ask('project.show', { project: idText(of.id) }, 5000), 3000, [
    idText(of.id),
    num(of.revision),
  ])
  const [items] = usePolled(() => loadItems(idText(of.id)), 3000, [idText(of.id)])
  if (!got || !items) return null
  const parts = (got.each ?? []).map(readPart)
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
      {(away.length > 0 || num(of.missing) > 0) && (
        <details open>
          <summary>
            Missing or offline <span class="count">{Math.max(away.length, num(of.missing) + num(of.offline))}</span>
          </summary>
          <ul>
            {away.map(one => (
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
      )}
      <p class="buttons" role="group" aria-label="Group by">
        {BY.map(name => (
          <button key={name} aria-pressed={by === name} onClick={() => setBy(name)}>
            By {name}
          </button>
        ))}
      </p>
      {!parts.some(one => one.kind === 'clip' || one.kind === 'track' || one.kind === 'section') && (
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
    </section>
  )
}

export function Projects() {
  const [each, again, away] = useProjects()
  const current = each?.find(one => one.current)
  return (
    <section aria-label="Projects" tabIndex={0}>
      <h2>Projects{away && <span class="quiet"> · away; this page asks again</span>}</h2>
      <NewProject again={again} />
      <RecoveryNotice />
      {each && !each.length && <p class="quiet">There is no project yet.</p>}
      <ul class="projects">
        {(each ?? []).map(one => (
          <Line key={idText(one.id)} of={one} again={again} />
        ))}
      </ul>
      {each && !isFar && <Bundles />}
      {current && <Open key={idText(current.id)} of={current} again={again} />}
    </section>
  )
}
