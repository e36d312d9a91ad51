// The library of patterns, which all projects share: find, load, keep, and change; each change is a step that is taken
// back.
import type { library_pattern, library_verb } from 'loophole'
import { useState } from 'preact/hooks'
import { Check } from '../base/check'
import { clean, counted, num } from '../base/format'
import { Input } from '../base/labelled'
import { nameFor } from '../base/naming'
import { TableHead } from '../base/tablehead'
import { ask } from '../connection/wire'
import { BUDGET_MS, PAGE, useLibrary, type LibraryNow, type Run } from './uselibrary'

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
      <Input
        label="as"
        value={name}
        placeholder="its own name, or genre/name"
        size={24}
        maxLength={320}
        put={setName}
      />
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

interface WhichProps {
  now: LibraryNow
  immediate: boolean
  setImmediate: (on: boolean) => void
}

function WhichOf({ now: { which, choose, total, failed }, immediate, setImmediate }: WhichProps) {
  return (
    <p class="buttons" role="group" aria-label="Which patterns">
      <Input label="Name" value={which.name} size={10} put={name => choose({ name })} />
      <Input label="Folder or genre" value={which.folder} size={10} put={folder => choose({ folder })} />
      <Input label="Tag" value={which.tag} size={10} put={tag => choose({ tag })} />
      <Check on={which.recent} put={recent => choose({ recent })}>
        Newest first
      </Check>
      <Check on={which.archived} put={archived => choose({ archived })}>
        Archived
      </Check>
      <Check on={which.alike} put={alike => choose({ alike })}>
        Rhythm like the playing pattern
      </Check>
      <Check on={immediate} put={setImmediate}>
        Load at once
      </Check>
      <span class="quiet">
        {total === undefined ? '…' : counted(total, 'pattern')}
        {failed && which.alike ? ' · no pattern plays' : ''}
      </span>
    </p>
  )
}

function Pages({ page, setPage, total }: { page: number; setPage: (page: number) => void; total: number }) {
  return (
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
  )
}

export function PatternLibrary() {
  const now = useLibrary()
  const [immediate, setImmediate] = useState(false)
  const { which, each, total = 0, page, setPage, run } = now
  return (
    <section aria-label="Pattern library" class="bare">
      <h2 class="unseen">Pattern library</h2>
      <Keep run={run} />
      <WhichOf now={now} immediate={immediate} setImmediate={setImmediate} />
      {each.length > 0 && (
        <table class="plain">
          <TableHead of={['Pattern', 'Genre', 'Tags', 'BPM', 'Steps']} />
          <tbody>
            {each.map(one => (
              <Line key={one.place} of={one} immediate={immediate} run={run} />
            ))}
          </tbody>
        </table>
      )}
      {total > PAGE && !which.alike && <Pages page={page} setPage={setPage} total={total} />}
    </section>
  )
}
