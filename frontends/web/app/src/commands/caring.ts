// Commands about undo, projects, libraries and services.
import { clearBasket } from '../items/basket'
import { isOfProject, redo, stepOfProject, undo } from '../items/edits'
import { ASKED } from '../engine/latency'
import { nameFor } from '../base/naming'
import { show } from '../base/state'
import { ask } from '../connection/wire'
import { EVERYWHERE, type Command } from './command'
import { doing } from './lines'

async function newProject() {
  const name = await nameFor('Name of the new project')
  if (name) doing(ask('project.new', { name, folder: '', body: '' }, 60000), `${name} is open.`)
}

const restart = (service: string) => doing(ask('supervisor.restart', { service }, 20000), `${service} is restarted.`)

export const CARING: Command[] = [
  { name: 'Undo', keys: ['Ctrl+Z'], run: undo, line: () => `loophole ${isOfProject() ? 'project ' : ''}undo` },
  { name: 'Redo', keys: ['Ctrl+Shift+Z'], run: redo, line: () => `loophole ${isOfProject() ? 'project ' : ''}redo` },
  { name: 'Clear the basket', run: clearBasket, line: () => 'loophole basket clear' },
  { name: 'New project', run: newProject, line: () => 'loophole project new NAME' },
  {
    name: 'Save the open project',
    run: () => doing(ask('project.save', { project: '' }, 60000), 'The project is saved.'),
    line: () => 'loophole project save',
  },
  { name: 'Undo in the open project', run: () => stepOfProject(true), line: () => 'loophole project undo' },
  { name: 'Redo in the open project', run: () => stepOfProject(false), line: () => 'loophole project redo' },
  {
    name: 'Scan all libraries',
    run: () => doing(ask('indexer.rescan', {}), 'The scan has begun.'),
    line: () => 'loophole library rescan',
  },
  { name: 'Check the machine and the engine', run: () => show({ mode: 'engine' }), line: () => 'loophole doctor' },
  ...ASKED.map(service => ({
    name: `Restart ${service}`,
    run: () => restart(service),
    line: () => `loophole restart ${service}`,
  })),
].map(command => ({ ...command, when: EVERYWHERE }))
