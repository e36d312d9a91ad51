// What is done with the open project: a copy under another name, going back to a save, its sounds copied into its
// folder.
import type { collected, project_line } from 'loophole'
import { useState } from 'preact/hooks'
import { bytesText, clean, counted, idText, num, pathText } from '../base/format'
import { Input } from '../base/labelled'
import { complain, say } from '../base/state'
import { ask } from '../connection/wire'
import { BUDGET_MS } from './parts'
import { ProjectName } from './projectname'

interface KeepProps {
  of: project_line
  after: (promise: Promise<string>) => Promise<unknown> // says what is done
}

function GoBack({ of, after }: KeepProps) {
  const [back, setBack] = useState('')
  const project = idText(of.id)
  const last = num(of.revision)
  const load = (body: { revision: number; file?: boolean }, said: string) =>
    after(ask('project.load', { project, ...body }, BUDGET_MS).then(() => `${said} Undo reverts this.`))
  return (
    <form
      class="buttons"
      onSubmit={event => {
        event.preventDefault()
        const revision = Number(back) || 0
        load({ revision }, `The project is as it was in save ${revision || last}.`)
      }}
    >
      <Input
        label="Save"
        type="number"
        min="1"
        max={last}
        value={back}
        placeholder={String(last)}
        disabled={!last}
        put={setBack}
      />
      <button disabled={!last}>Go back to it</button>
      {of.mirror === 'changed' && (
        <button
          type="button"
          onClick={() => load({ revision: 0, file: true }, 'The project has the content of its project.json.')}
        >
          Load project.json
        </button>
      )}
    </form>
  )
}

function Collect({ of, after }: KeepProps) {
  const [found, setFound] = useState<collected>()
  const run = (check: boolean) =>
    ask('project.collect', { project: idText(of.id), check, without_missing: true }, BUDGET_MS)
  const copy = () =>
    run(false).then(got => {
      setFound(undefined)
      const copied = counted(num(got.copied), 'sound was', 'sounds were')
      return `${copied} copied into ${pathText(got.folder)}; already there: ${num(got.present)}.`
    })
  return (
    <>
      <p class="buttons">
        <button onClick={() => run(true).then(setFound, complain)}>What would be collected?</button>
        {found && (
          <button disabled={!num(found.copied)} onClick={() => after(copy())}>
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
    </>
  )
}

export function Keep({ of, again }: { of: project_line; again: () => void }) {
  const after = (promise: Promise<string>) => promise.then(say, complain).then(again)
  const saveAs = (name: string) =>
    ask('project.save_as', { project: idText(of.id), name, folder: '' }, BUDGET_MS).then(
      line => `${clean(line.name)} is open and saved.`,
    )
  return (
    <details class="keep">
      <summary>Copy, go back, collect</summary>
      <ProjectName label="New name" action="Save as" give={saveAs} again={again} />
      <GoBack of={of} after={after} />
      <Collect of={of} after={after} />
    </details>
  )
}
