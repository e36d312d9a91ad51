// The library of patterns, which all projects share: find, load, keep, and change; each change is a step that is taken
// back.
import type { library_pattern, library_verb, silent_sound } from 'loophole'
import { useEffect, useState } from 'preact/hooks'
import { usePolled } from '../connection/polled'
import { clean, counted, num } from '../base/format'
import { nameFor } from '../base/naming'
import { reportSaid } from '../sound/silent'
import { ask } from '../connection/wire'
import { Check } from '../base/check'

const BUDGET_MS = 20000
const PAGE = 100

interface Said {
  message: string
  silent?: silent_sound[]
}
type Run = (promise: Promise<Said>) => void

function Line({ of, immediate, run }: { of: library_pattern; immediate: boolean; run: Run }) {
  const place = of.place
  const shown = clean(place)
  const change = (verb: library_verb, to = '') =>
    run(ask('project.change_library', { verb, names: [place], to }, BUDGET_MS))
  const typed = (verb: library_verb, what: string) =>
    nameFor(what).then(to => {
      if (to) change(verb, to)
    })
  return (
    <tr data-place={shown}>
      <td>
        {shown}
        {of.trouble && <em> {clean(of.trouble)}</em>}
      </td>
      <td>{clean(of.genre)}</td>
      <td>{(of.tags ?? []).map(clean).join(', ')}</td>
      <td class="number">{of.bpm ? of.bpm.toFixed(1) : ''}</td>
      <td class="number">{num(of.steps)}</td>
      <td class="buttons">
        <button onClick={() => run(ask('project.load_file', { project: '', name: place, immediate }, BUDGET_MS))}>
          Load
        </button>
        <button onClick={() => typed('rename', `New name of ${shown}`)}>Rename…</button>
        <button onClick={() => typed('copy', `Name of the copy of ${shown}`)}>Copy…</button>
        <button onClick={() => typed('move', `Move ${shown} to the folder (user, templates or a genre)`)}>Move…</button>
        <button onClick={() => typed('swap', `Swap ${shown} with which pattern?`)}>Swap…</button>
        <button onClick={() => change(of.archived ? 'unarchive' : 'archive')}>
          {of.archived ? 'Unarchive' : 'Archive'}
        </button>
        <button onClick={() => run(ask('project.export_midi', { name: place }, BUDGET_MS))}>As MIDI</button>
        <button onClick={() => change('delete')}>Delete</button>
      </td>
    </tr>
  )
}

function Keep({ run }: { run: Run }) {
  const [name, setName] = useState('')
  return (
    <p class="buttons">
      <button
        onClick={() => {
          run(ask('project.save_file', { name: name.trim(), folder: '', file: '' }, BUDGET_MS))
          setName('')
        }}
      >
        Save the playing pattern
      </button>
      <label>
        as{' '}
        <input
          type="text"
          value={name}
          placeholder="its own name, or genre/name"
          size={24}
          maxLength={320}
          onInput={event => setName(event.currentTarget.value)}
        />
      </label>
      <button
        onClick={() =>
          nameFor('Name of the MIDI file in DATA/patterns/export').then(name => {
            if (name) run(ask('project.import_midi', { name }, BUDGET_MS))
          })
        }
      >
        Import MIDI…
      </button>
      <button onClick={() => run(ask('project.undo_library', {}, BUDGET_MS))}>Undo in the library</button>
      <button onClick={() => run(ask('project.redo_library', {}, BUDGET_MS))}>Redo</button>
    </p>
  )
}

export function PatternLibrary() {
  const [name, setName] = useState('')
  const [folder, setFolder] = useState('')
  const [tag, setTag] = useState('')
  const [recent, setRecent] = useState(false)
  const [archived, setArchived] = useState(false)
  const [alike, setAlike] = useState(false)
  const [immediate, setImmediate] = useState(false)
  const [page, setPage] = useState(0)
  const load = () =>
    alike
      ? ask('project.similar_patterns', { name: '', file: '' }, 5000)
      : ask(
          'project.list_library',
          {
            genre: '',
            tag: tag.trim(),
            name: name.trim(),
            folder: folder.trim(),
            recent: recent ? PAGE : 0,
            archived,
            offset: page * PAGE,
            limit: PAGE,
          },
          5000,
        )
  const [got, again, failed] = usePolled(
    load,
    3000,
    [name, folder, tag, recent, archived, alike, page],
    ['project.changed'],
  )
  useEffect(() => setPage(0), [name, folder, tag, recent, archived, alike])
  const run = (promise: Promise<Said>) => reportSaid(promise).then(again)
  const each = got?.each ?? []
  const total = num(got?.total)
  const field = (label: string, value: string, put: (text: string) => void) => (
    <label>
      {label} <input type="text" value={value} size={10} onInput={event => put(event.currentTarget.value)} />
    </label>
  )
  return (
    <section aria-label="Pattern library" class="bare">
      <h2 class="unseen">Pattern library</h2>
      <Keep run={run} />
      <p class="buttons" role="group" aria-label="Which patterns">
        {field('Name', name, setName)}
        {field('Folder or genre', folder, setFolder)}
        {field('Tag', tag, setTag)}
        <Check on={recent} put={setRecent}>
          Newest first
        </Check>
        <Check on={archived} put={setArchived}>
          Archived
        </Check>
        <Check on={alike} put={setAlike}>
          Rhythm like the playing pattern
        </Check>
        <Check on={immediate} put={setImmediate}>
          Load at once
        </Check>
        <span class="quiet">
          {got ? counted(total, 'pattern') : '…'}
          {failed && alike ? ' · no pattern plays' : ''}
        </span>
      </p>
      {each.length > 0 && (
        <table class="plain">
          <thead>
            <tr>
              <th>Pattern</th>
              <th>Genre</th>
              <th>Tags</th>
              <th>BPM</th>
              <th>Steps</th>
              <th>
                <span class="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {each.slice(0, PAGE).map(one => (
              <Line key={one.place} of={one} immediate={immediate} run={run} />
            ))}
          </tbody>
        </table>
      )}
      {total > PAGE && !alike && (
        <p class="buttons">
          <button disabled={page === 0} onClick={() => setPage(page - 1)}>
            Before
          </button>
          <span class="quiet">
            {page * PAGE + 1} to {Math.min(total, (page + 1) * PAGE)}
          </span>
          <button disabled={(page + 1) * PAGE >= total} onClick={() => setPage(page + 1)}>
            Next
          </button>
        </p>
      )}
    </section>
  )
}
