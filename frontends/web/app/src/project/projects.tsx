// The projects: open, make, save; the open one with its clips.
import type { project_line } from 'loophole'
import { clean, counted, idText, num, pathText } from '../base/format'
import { complain, say } from '../base/state'
import { usePolled } from '../connection/polled'
import { ask, isFar } from '../connection/wire'
import { ownerless } from '../loops/loops'
import { Bundles } from './bundles'
import { OpenProject } from './openproject'
import { BUDGET_MS } from './parts'
import { ProjectName } from './projectname'
import { RecoveryNotice } from './recovery'

const doing = (promise: Promise<unknown>, text: string) => promise.then(() => say(text), complain)

/** Loops that were captured without an open project are offered by the panel of loops. */
const openProject = (project: string) =>
  ask('project.open', { project, folder: '' }, BUDGET_MS).then(line => ownerless.set(num(line.draft_loops)))

const newProject = (name: string) =>
  ask('project.new', { name, folder: '', body: '' }, BUDGET_MS).then(() => `${name} is open.`)

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

export function Projects() {
  const [got, again, away] = usePolled(() => ask('project.list', {}, 3000), 3000, [], ['project.changed'])
  const each = got && (got.each ?? [])
  const current = each?.find(one => one.current)
  return (
    <section aria-label="Projects" tabIndex={0}>
      <h2>Projects{away && <span class="quiet"> · away; this page asks again</span>}</h2>
      <ProjectName label="Name" action="New project" give={newProject} again={again} />
      <RecoveryNotice />
      {each && !each.length && <p class="quiet">There is no project yet.</p>}
      <ul class="projects">
        {(each ?? []).map(one => (
          <Line key={idText(one.id)} of={one} again={again} />
        ))}
      </ul>
      {each && !isFar && <Bundles />}
      {current && <OpenProject key={idText(current.id)} of={current} again={again} />}
    </section>
  )
}
